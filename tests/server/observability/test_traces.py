"""Operations become OpenTelemetry traces that continue the client's trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette

from graph_api.server.app import create_app
from graph_api.server.observability.log import FORMATS, Entry
from graph_api.server.observability.observer import Observer
from graph_api.server.observability.traces import Traces
from tests.server.calling import PLAIN, call, post, post_body
from tests.store.build import article, graph

_ATTEMPTS = 20  # on a busy machine a plan may exceed its time on the event loop and continue on a thread
WALK = "query Walk($s: String!) { article(by: { slug: $s }) { neighborhood(maxDepth: 2) { nodes { id } } } }"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Traced:
    """An app, and the spans that its operations have made."""

    def __init__(self, database: Path) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.entries: list[Entry] = []
        self.app: Starlette = create_app(
            database, None, Observer(self.entries.append, traces=Traces(provider))
        )

    def spans(self) -> list[ReadableSpan]:
        """Those of the last operation; the request's own is the last."""
        spans = list(self._exporter.get_finished_spans())
        self._exporter.clear()
        return spans


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = article("a", related=["b"]), article("b", related=["c"])
    return graph(tmp_path_factory.mktemp("traces") / "graph.sqlite", *articles)


@pytest.fixture
async def traced(database: Path) -> AsyncIterator[Traced]:
    made = Traced(database)
    yield made
    await made.app.state.api.close()


async def asked(app: Starlette, parent: str, query: str = "{ revision }") -> None:
    body = b'{"query": "%s"}' % query.encode()
    await post_body(app, body, headers=[("traceparent", parent)])


def about(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def _on_the_loop(traced: Traced) -> tuple[list[ReadableSpan], ReadableSpan]:
    """The spans within a request whose plan ends on the event loop, and its own; a busy machine may need several."""
    for attempt in range(_ATTEMPTS):
        await post(traced.app, WALK + " " * attempt, variables={"s": "a"})  # not the cached answer
        *parts, whole = traced.spans()
        if "thread" not in {span.name for span in parts}:
            return parts, whole
    pytest.fail(f"{_ATTEMPTS} plans were all continued in a thread")


async def test_phases_reads_and_walks_are_spans_within_the_requests(traced: Traced) -> None:
    parts, whole = await _on_the_loop(traced)
    names = [span.name for span in parts]
    assert names[:5] == ["parse", "admit", "validate", "plan", "loop"]
    assert {"read ArticleKeysBy", "read ArticleRows", "walk"} <= set(names[5:])
    by_id = {span.context.span_id: span for span in (*parts, whole) if span.context}
    parents = {span.name: by_id[span.parent.span_id].name for span in parts if span.parent}
    assert {parents[name] for name in names[:5]} == {whole.name} == {"POST /graphql"}
    assert {parents[name] for name in names[5:]} == {"loop"}
    walk = about(parts[names.index("walk")])
    assert walk["graph_api.steps"] >= 2
    assert walk["graph_api.rows"] >= 2


async def test_the_times_of_a_part_lie_within_the_requests(traced: Traced) -> None:
    await post(traced.app, WALK, variables={"s": "a"})
    *parts, whole = traced.spans()
    assert whole.start_time
    assert whole.end_time
    for span in parts:
        assert span.start_time
        assert span.end_time
        assert whole.start_time <= span.start_time <= span.end_time <= whole.end_time


async def test_the_trace_has_the_fields_of_the_log(traced: Traced) -> None:
    answer = await post(traced.app, WALK, variables={"s": "a"})
    [entry], whole = traced.entries, traced.spans()[-1]
    assert about(whole) == {
        "http.request.method": "POST",
        "http.response.status_code": answer.status,
        "url.path": "/graphql",
        "graphql.operation.type": "query",
        "graphql.operation.name": "Walk",
        "graph_api.cost": entry["cost"],
        "graph_api.rows": entry["rows"],
        "graph_api.cache": "miss",
        "graph_api.revision": "one",
    }
    assert whole.context
    assert entry["trace"] == f"{whole.context.trace_id:032x}"
    assert entry["trace"].encode() in FORMATS["human"](entry)


async def test_an_error_is_logged_with_its_code(traced: Traced) -> None:
    await post(traced.app, "{ nothing }")
    *parts, whole = traced.spans()
    assert [span.name for span in parts] == ["parse", "admit", "validate"]
    assert about(whole)["graph_api.code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_trace_goes_on_where_it_came_from(traced: Traced) -> None:
    await asked(traced.app, f"00-{TRACE}-{PARENT}-01")
    whole = traced.spans()[-1]
    assert whole.context
    assert whole.parent
    assert (f"{whole.context.trace_id:032x}", f"{whole.parent.span_id:016x}") == (TRACE, PARENT)


async def test_without_the_trace_header_there_is_no_trace(traced: Traced) -> None:
    await asked(traced.app, f"00-{TRACE}-{PARENT}-00")
    assert traced.spans() == []
    assert traced.entries[-1]["trace"] == TRACE


@pytest.mark.parametrize(
    "parent", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01", "00-" + "x" * 5_000, "\u00ff"]
)
async def test_a_malformed_traceparent_starts_a_new_trace(traced: Traced, parent: str) -> None:
    await asked(traced.app, parent)
    whole = traced.spans()[-1]
    assert whole.parent is None


async def test_no_span_holds_text_or_variables(traced: Traced) -> None:
    await post(
        traced.app,
        "query Q($s: String!) { article(by: { slug: $s }) { t: title } }",
        variables={"s": "s3cret"},
    )
    assert "s3cret" not in "".join(span.to_json() for span in traced.spans())


async def test_other_requests_make_no_traces(traced: Traced) -> None:
    await call(traced.app, "GET", "/readyz", headers=[("accept", PLAIN)])
    assert traced.spans() == []
    assert "trace" not in traced.entries[-1]
