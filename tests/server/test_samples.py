"""The sample operations: their variables fit the content that the caller may see, and each is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_api.server.access import Scope, new_key
from graph_api.server.samples import OPERATIONS
from graph_api.settings import Settings
from tests.corpora import corpus
from tests.server.calling import Headers, call, post, serving
from tests.store.build import article, graph

SEEDS = Path(__file__).parents[2] / "seeds"
EDITOR, KEPT = new_key("editor", [Scope.READ, Scope.UNPUBLISHED])


async def samples(
    database: Path, settings: Settings | None = None, headers: Headers = ()
) -> dict[str, dict[str, Any]]:
    """The samples that are offered, by name."""
    async with serving(database, settings) as app:
        answer = await call(app, "GET", "/samples.json", headers=headers)
    assert answer.status == 200, answer.body
    assert answer.headers["cache-control"] == "no-store"
    return {one["name"]: one for one in answer.json["samples"]}


async def answers(database: Path) -> dict[str, dict[str, Any]]:
    """What the samples are answered as they are offered, by name."""
    offered = await samples(database)
    async with serving(database) as app:
        return {
            name: (await post(app, one["text"], variables=one["variables"])).data
            for name, one in offered.items()
        }


def empty(data: dict[str, Any]) -> list[str]:
    """The top fields without an answer, and those whose list holds nothing."""
    return [
        name
        for name, value in data.items()
        if value in (None, []) or (isinstance(value, dict) and value.get("nodes") == [])
    ]


async def test_every_published_operation_is_offered_with_a_description(
    ingested: Callable[[Path], Path],
) -> None:
    offered = await samples(ingested(SEEDS))
    assert [one["text"] for one in offered.values()] == [
        file.read_text("utf-8") for file in sorted(OPERATIONS.glob("*.graphql"))
    ]
    assert all(one["title"] and one["shows"] for one in offered.values())


async def test_on_the_sample_documents_every_sample_has_an_answer(ingested: Callable[[Path], Path]) -> None:
    found = await answers(ingested(SEEDS))
    assert {name: empty(data) for name, data in found.items() if empty(data)} == {}


async def test_on_other_content_every_sample_has_an_answer(ingested: Callable[[Path], Path]) -> None:
    found = await answers(ingested(corpus("azure-mini")))
    assert {name: empty(data) for name, data in found.items() if empty(data)} == {}
    assert found["Path"]["shortestPath"]["found"]
    assert found["BothWays"]["article"]["related"]["edges"]
    assert None not in found["Nodes"]["nodes"]


async def test_content_without_topics_providers_and_relations_is_offered_what_it_has(tmp_path: Path) -> None:
    offered = await samples(graph(tmp_path / "plain.sqlite", article("a", title="A")))
    assert offered["Article"]["variables"]["by"]
    assert not offered["Path"]["variables"].get("to")


async def test_without_content_the_samples_are_offered_as_they_stand(tmp_path: Path) -> None:
    offered = await samples(graph(tmp_path / "empty.sqlite"))
    assert offered
    assert {one["variables"] for one in offered.values()} == {None}


async def test_samples_name_only_what_the_caller_may_see(tmp_path: Path) -> None:
    database = graph(
        tmp_path / "graph.sqlite",
        article("shown", published=True),
        article("hidden", day=9, published=False, related=["shown"]),
    )
    settings = Settings(keys=KEPT.entry, anonymous_scopes="read")
    everybody = await samples(database, settings)
    editor = await samples(database, settings, [("authorization", f"Bearer {EDITOR}")])
    assert everybody["LookUps"]["variables"]["slug"] == "shown"
    assert editor["LookUps"]["variables"]["slug"] == "hidden"


async def test_samples_need_a_key_where_reading_needs_one(tmp_path: Path) -> None:
    async with serving(graph(tmp_path / "graph.sqlite", article("a")), Settings(keys=KEPT.entry)) as app:
        answer = await call(app, "GET", "/samples.json")
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


async def test_where_only_trusted_documents_are_answered_no_other_sample_is_offered(tmp_path: Path) -> None:
    (tmp_path / "latest.graphql").write_bytes((OPERATIONS / "latest.graphql").read_bytes())
    (tmp_path / "other.graphql").write_text("query Other { revision }")
    settings = Settings(trusted_documents=str(tmp_path), trusted_only=True)
    assert set(await samples(graph(tmp_path / "graph.sqlite", article("a")), settings)) == {"Latest"}


async def test_a_page_of_another_site_cannot_have_samples_made(tmp_path: Path) -> None:
    async with serving(graph(tmp_path / "graph.sqlite", article("a"))) as app:
        answer = await call(app, "GET", "/samples.json", headers=[("sec-fetch-site", "cross-site")])
    assert (answer.status, answer.code) == (403, "CROSS_SITE_REQUEST")


async def test_without_a_graph_the_samples_are_offered_as_they_stand(tmp_path: Path) -> None:
    offered = await samples(tmp_path / "missing.sqlite")
    assert {one["variables"] for one in offered.values()} == {None}


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_samples_are_only_read(tmp_path: Path, method: str) -> None:
    async with serving(graph(tmp_path / "graph.sqlite", article("a"))) as app:
        assert (await call(app, method, "/samples.json")).status == 405
