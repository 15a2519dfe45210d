"""The subgraph in other programs: both composition libraries, and two gateways over a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph_api.schema import build_schema
from graph_api.schema.federation import subgraph_sdl
from graph_api.server.app import create_app
from tests.interop.accepts import ACCEPTS, sent
from tests.interop.packages import run
from tests.interop.watched import Exchange, Watched
from tests.server.running import running
from tests.store.build import article, graph, provider, topic

HERE = Path(__file__).parent
GATEWAYS = ["apollo", "hive"]
NAMES = [f"a{number:03}" for number in range(100)]
NOWHERE, MALFORMED = article("nowhere").id, "article:x"
NAMED = [*(article(name).id for name in NAMES), NOWHERE, MALFORMED]

OURS_FIRST = """{ articles(first: 2, orderBy: {field: TITLE, direction: ASC}) {
  nodes { title readers provider { name rating } topics { name followers } } } }"""
THEIRS_FIRST = """{ bookmarks { note article { title url readers } topic { name followers } provider { name rating } } }"""


@pytest.fixture(scope="module")
def composed() -> Any:
    return json.loads(run(HERE / "compose.mjs", {"SDL": subgraph_sdl(build_schema())}))


@pytest.mark.parametrize("library", ["apollo", "guild"])
def test_the_subgraph_composes_with_others_without_errors_and_hints(composed: Any, library: str) -> None:
    assert composed[library] == {"errors": [], "hints": [], "composed": True}


@dataclass
class Served:
    """What each gateway answered, what Apollo's read in the traces, and what our server was asked meanwhile."""

    answers: dict[str, list[Any]]
    trace: Any
    exchanges: list[Exchange]

    def data(self, gateway: str, query: int) -> Any:
        return self.answers[gateway][query]["data"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    database = graph(
        tmp_path_factory.mktemp("federation") / "graph.sqlite",
        *(article(name, title=f"Title {name}", provider="p.org", topics=["t"]) for name in NAMES),
        provider("p.org", name="The P"),
        topic("t", name="Tee"),
    )
    references = {"articles": NAMED, "topics": ["t"], "providers": ["p.org"]}
    app = Watched(create_app(database))
    with running(app) as url:
        told = run(
            HERE / "gateways.mjs",
            {
                "OURS": f"{url}/graphql",
                "QUERIES": json.dumps([OURS_FIRST, THEIRS_FIRST]),
                "REFERENCES": json.dumps(references),
            },
        )
    return Served(**json.loads(told), exchanges=app.exchanges)


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_others_add_to_our_entities(served: Served, gateway: str) -> None:
    assert "errors" not in served.answers[gateway][0]
    assert served.data(gateway, 0)["articles"]["nodes"] == [
        {
            "title": f"Title {name}",
            "readers": len(article(name).id),
            "provider": {"name": "The P", "rating": len("p.org")},
            "topics": [{"name": "Tee", "followers": 1}],
        }
        for name in NAMES[:2]
    ]


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_we_resolve_entities_that_others_refer_to(served: Served, gateway: str) -> None:
    bookmarks = served.data(gateway, 1)["bookmarks"]
    assert [one["article"]["title"] for one in bookmarks[:100]] == [f"Title {name}" for name in NAMES]
    assert bookmarks[0] == {
        "note": "bookmark 0",
        "article": {
            "title": "Title a000",
            "url": article("a000").url,
            "readers": len(article("a000").id),
        },
        "topic": {"name": "Tee", "followers": 1},
        "provider": {"name": "The P", "rating": len("p.org")},
    }


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_an_error_in_one_reference_reaches_the_client_and_spares_the_others(
    served: Served, gateway: str
) -> None:
    answer = served.answers[gateway][1]
    [error] = [error for error in answer["errors"] if error["path"][1] == 101]
    assert error["path"][:3] == ["bookmarks", 101, "article"]
    assert error["extensions"]["code"] == "BAD_ID"
    nowhere, malformed = answer["data"]["bookmarks"][100:]
    for broken in (nowhere, malformed):
        assert broken["article"] is None or broken["article"]["title"] is None
        assert broken["topic"]["name"] == "Tee"


def test_a_list_of_entities_is_asked_for_in_one_call(served: Served) -> None:
    bodies = (one.body for one in served.exchanges)
    calls = [body for body in bodies if b"_entities" in body and article("a050").id.encode() in body]
    assert len(calls) == len(GATEWAYS) + 1, "by each gateway, and to be traced"
    assert all(article(name).id.encode() in body for body in calls for name in NAMES)


def _traces(plan: Any) -> Iterator[Any]:
    """The traces of our server in the trace of a gateway's query plan."""
    if isinstance(plan, list):
        for each in plan:
            yield from _traces(each)
    elif isinstance(plan, dict):
        if plan.get("serviceName") == "articles":
            assert not plan["traceParsingFailed"]
            yield plan["trace"]
        for each in plan.values():
            yield from _traces(each)


def _field(trace: Any, name: str) -> Any:
    """The field *name* of the first entity, None when it was not asked for."""
    first = trace["root"]["child"][0]["child"][0]
    assert first["index"] == 0
    return next((field for field in first["child"] if field["responseName"] == name), None)


def test_apollos_gateway_reads_our_traces(served: Served) -> None:
    [(trace, title)] = [
        (trace, field) for trace in _traces(served.trace) if (field := _field(trace, "title"))
    ]
    assert 0 < trace["startTime"]["seconds"] <= trace["endTime"]["seconds"]
    [entities] = trace["root"]["child"]
    assert (entities["responseName"], entities["type"]) == ("_entities", "[_Entity]!")
    assert (title["type"], title["parentType"]) == ("String!", "Article")
    assert 0 <= entities["startTime"] <= title["startTime"] <= title["endTime"] <= trace["durationNs"]
    [broken] = [item for item in entities["child"] if "error" in item]
    assert broken["index"] == NAMED.index(MALFORMED)
    [error] = broken["error"]
    assert json.loads(error["json"])["extensions"] == {"code": "BAD_ID"}
    assert error["location"][0]["line"] == 1


def test_gateways_ask_for_json_and_get_it(served: Served) -> None:
    asked = [one for one in served.exchanges if b"_service" not in one.body]  # which the test itself asks for
    assert sent(asked) == {ACCEPTS["Apollo Gateway"], ACCEPTS["Hive Gateway"]}
