"""Operations that take long are told of with what explains it, and without what clients keep to themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_api.server.app import create_app
from graph_api.server.observability.log import FORMATS, Entry
from graph_api.server.observability.observer import Observer
from tests.server.calling import call, get, post, post_body
from tests.server.observability.test_requests import STORY
from tests.store.build import article, graph


async def told(folder: Path, query: str, slow_ms: float = 1e-9, **members: Any) -> list[Entry]:
    """What is told of an operation beside its line; nothing is quicker than no time."""
    entries: list[Entry] = []
    app = create_app(
        graph(folder / "graph.sqlite", article("a", related=["b"], provider="p.org")),
        None,
        Observer(entries.append, failures_only=True, slow_ms=slow_ms),
    )
    await call(app, "GET", "/readyz")
    await post(app, query, **members)
    await app.state.api.close()
    return entries


async def test_text_plan_phases_and_reads_are_told(tmp_path: Path) -> None:
    [entry] = await told(tmp_path, STORY)
    assert (entry["level"], entry["message"], entry["operation"]) == (
        "warning",
        "a slow operation",
        "Story",
    )
    assert entry["text"] == [STORY]
    assert [line.split() for line in entry["plan"]][:2] == [
        ["article", "batch", "articles.article"],
        ["title", "column"],
    ]
    assert [line.split()[0] for line in entry["phases"]] == ["parse", "admit", "validate", "plan", "store"]
    assert [" ".join(line.split()[:5]) for line in entry["reads"]] == [
        "ArticleKeysBy for 1: 1 rows",
        "ArticleRows for 1: 1 rows",
        "Lists for 1: 1 rows",
        "ArticleRows for 1: 1 rows",
    ]


async def test_variables_are_not_told(tmp_path: Path) -> None:
    query = "query Q($s: String!) { article(by: { slug: $s }) { title } }"
    [entry] = await told(tmp_path, query, variables={"s": "s3cret"})
    assert "s3cret" not in json.dumps(entry)
    assert all(b"s3cret" not in form(entry) for form in FORMATS.values())


async def test_a_long_text_is_cut(tmp_path: Path) -> None:
    [entry] = await told(tmp_path, "{ revision } #" + "x" * 5_000 + "\n" * 5_000)
    assert len(entry["text"]) == 101
    assert max(map(len, entry["text"])) <= 204


@pytest.mark.parametrize("form", FORMATS)
async def test_a_text_cannot_imitate_a_line(tmp_path: Path, form: str) -> None:
    [entry] = await told(tmp_path, "{ revision } # \x1b[2J\n2026-11-25T17:44:00.123Z info GET / 200\n#\u202e")
    first, *rest = FORMATS[form](entry).decode().splitlines()
    assert all(line.isprintable() for line in (first, *rest))
    assert all(line.startswith("  ") for line in rest)


async def test_what_is_quick_or_no_operation_is_not_told(tmp_path: Path) -> None:
    assert await told(tmp_path, STORY, slow_ms=60_000) == []
    (tmp_path / "none").mkdir()
    assert await told(tmp_path / "none", STORY, slow_ms=0) == []


async def test_a_request_that_is_slow_to_arrive_is_no_slow_operation(tmp_path: Path) -> None:
    entries: list[Entry] = []
    app = create_app(tmp_path / "none", None, Observer(entries.append, failures_only=True, slow_ms=1e-9))
    await post_body(app, [b"{", b"no JSON"])
    await get(app, STORY, accept="text/html")
    assert entries == []
