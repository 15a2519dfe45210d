"""The published sample operations, answered on the sample documents; and the given document, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import frontmatter
import pytest

from graph_api.settings import Settings
from graph_api.store.folding import order_key
from tests.readme import code_blocks
from tests.schema.asking import ask, ask_now

TOP = Path(__file__).parents[2]
SEEDS = TOP / "seeds"
OPERATIONS = sorted((TOP / "schema" / "operations").glob("*.graphql"))
GIVEN = SEEDS / "_news" / "2023-03-15-pytorch-2-0-brings-new-fire-to-open-source-machine-learning.md"
MAY_BE_EMPTY = {"problems", "didYouMean"}  # the sample documents have none, the query has no unknown word


@pytest.fixture(scope="module")
def seeds(ingested: Callable[[Path], Path]) -> Path:
    return ingested(SEEDS)


def sample(name: str) -> str:
    return (TOP / "schema" / "operations" / f"{name}.graphql").read_text(encoding="utf-8")


def _documents() -> list[dict[str, Any]]:
    return [dict(frontmatter.load(str(path)).metadata) for path in SEEDS.glob("_news/*.md")]


def test_there_are_sample_operations() -> None:
    assert len(OPERATIONS) >= 10


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_a_sample_operation_says_what_it_shows(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_a_sample_operation_has_an_answer_as_it_stands(path: Path, seeds: Path) -> None:
    asked = ask_now if path.stem == "trending" else ask
    data = asked(seeds, path.read_text(encoding="utf-8"))
    assert data
    assert list(_empty(data)) == []


def _empty(data: dict[str, Any]) -> Iterator[str]:
    """The top fields that are answered with nothing, and the lists right below them that hold nothing."""
    for name, value in data.items():
        if value in (None, [], {}):
            yield name
        if isinstance(value, dict):
            yield from (
                f"{name}.{below}"
                for below, held in value.items()
                if below not in MAY_BE_EMPTY and (held == [] or _holds_no_items(held))
            )


def _holds_no_items(value: object) -> bool:
    return isinstance(value, dict) and [] in (value.get("nodes"), value.get("edges"))


# -- what the samples show ---------------------------------------------------------------------------------


def test_the_latest_articles_come_newest_first(seeds: Path) -> None:
    moments = [one["publishedDateTime"] for one in ask(seeds, sample("latest"))["articles"]["nodes"]]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 10


def test_stories_are_led_by_the_published_articles_of_the_documents(seeds: Path) -> None:
    leads = {(one["heat"], one["title"]) for one in _documents() if one["published"] and one.get("related")}
    found = ask(seeds, sample("stories"))["stories"]["nodes"]
    assert len(found) == 5
    assert {(one["lead"]["heat"], one["lead"]["title"]) for one in found} <= leads


def test_pages_one_after_the_other_hold_every_article_once(seeds: Path) -> None:
    titles: list[str] = []
    page: dict[str, Any] = {}
    after = None
    while after or not titles:
        page = ask(seeds, sample("page"), first=7, after=after)["articles"]
        titles += [edge["node"]["title"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert len(titles) == len(set(titles)) == page["totalCount"]
    assert titles == sorted(titles, key=order_key)


def test_related_both_ways_has_every_kind_of_edge(seeds: Path) -> None:
    edges = ask(seeds, sample("both-ways"))["article"]["related"]["edges"]
    kinds = {(edge["position"] is not None, edge["reciprocal"]) for edge in edges}
    assert kinds == {(True, True), (True, False), (False, False)}


def test_look_ups_by_slug_url_and_path_find_one_article(seeds: Path) -> None:
    data = ask(seeds, sample("look-ups"))
    assert data["bySlug"] == data["byUrl"] == data["byPath"]


def test_the_report_counts_documents_and_stubs(seeds: Path) -> None:
    files = _documents()
    own = {one["webUrl"] for one in files}
    listed = {related["webUrl"] for one in files for related in one.get("related", ())}
    report = ask(seeds, sample("report"))["contentReport"]
    assert (report["articles"], report["stubs"]) == (len(own | listed), len(listed - own))
    assert report["problems"]["totalCount"] == 0


# -- the READMEs -------------------------------------------------------------------------------------------


_ALL = [one for folder in ("", "schema") for one in code_blocks(folder, "graphql")]


def test_the_first_query_of_the_readme_has_the_answer_shown(seeds: Path) -> None:
    query, answer = code_blocks("", "graphql")[0], code_blocks("", "json")[0]
    assert {"data": ask(seeds, query)} == json.loads(answer)


@pytest.mark.parametrize("query", [one for one in _ALL if not one.startswith("extend schema")])
def test_every_query_of_the_readmes_has_an_answer(query: str, seeds: Path) -> None:
    assert list(_empty(ask(seeds, query))) == []


# -- the given document --------------------------------------------------------------------------------------


def test_every_field_of_the_given_document_is_answered(seeds: Path) -> None:
    told = dict(frontmatter.load(str(GIVEN)).metadata)
    answer = ask(seeds, sample("article"))["article"]
    assert set(told) - {"secured"} <= set(answer)
    assert {name: _said(name, value) for name, value in told.items() if name != "secured"} == {
        name: _answered(name, answer[name]) for name in told if name != "secured"
    }


def test_the_related_articles_of_the_given_document_are_stubs_in_its_order(seeds: Path) -> None:
    edges = ask(seeds, sample("article"))["article"]["related"]["edges"]
    assert [(edge["position"], edge["node"]["isStub"]) for edge in edges] == [
        (0, True),
        (1, True),
        (2, True),
    ]


def test_the_secured_payload_of_the_given_document_is_answered_only_where_it_is_exposed(seeds: Path) -> None:
    told = frontmatter.load(str(GIVEN)).metadata["secured"]
    query = f'{{ article(by: {{ slug: "{GIVEN.stem[11:]}" }}) {{ secured {{ ciphertext iv }} }} }}'
    assert ask(seeds, query)["article"]["secured"] is None
    exposed = ask(seeds, query, Settings(expose_secured=True))["article"]["secured"]
    assert f"{exposed['ciphertext']};{exposed['iv']}" == told


def _said(name: str, value: Any) -> Any:
    """A value of the front matter in the words of an answer."""
    match name, value:
        case _, datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "provider", _:
            return _with_images(value)
        case "images", _:
            return [{"title": None, "isCached": None, **image} for image in value]
        case "related", _:
            return [
                {key: _said(key, below) for key, below in _with_images(one).items()}
                | {"provider": one["provider"]}
                for one in value
            ]
        case _:
            return value


def _with_images(mapping: dict[str, Any]) -> dict[str, Any]:
    return {**mapping, "images": _said("images", mapping.get("images", []))}


def _answered(name: str, value: Any) -> Any:
    """An answer in the shape of the front matter."""
    match name:
        case "topics":
            return [topic["name"] for topic in value]
        case "related":
            return [
                {key: below for key, below in edge["node"].items() if key != "isStub"}
                for edge in value["edges"]
            ]
        case _:
            return value
