"""Real corpora through the API: every answer agrees with a plain reading of the same files, and the figures
with those given beside them.

One article of the development corpus says `removed: true`. The given figures count it, with the one relation
of its list; the graph leaves both out, so they are added again before the two are compared.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import pytest

from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests import reference_reader as plain
from tests.corpora import corpus, shared_path
from tests.reference_reader import PlainArticle, folded, moment
from tests.schema.asking import ask

Answer: TypeAlias = dict[str, Any]

FIELDS = """
fragment Fields on Article {
  id url title excerpt category type publishedDateTime webUrl originalUrl ampWebUrl cdnAmpWebUrl
  quality heat published isStub featuredContent
  secured { ciphertext iv }
  provider { domain name otherNames }
  topics { name }
  images { url width height title isCached }
  sources { path }
}"""
EDGES = "fragment Edges on RelatedConnection { totalCount pageInfo { hasNextPage endCursor } edges { position reciprocal node { id } } }"
WALK = f"""query ($after: String) {{
  articles(first: 100, after: $after) {{
    totalCount
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      ...Fields
      related(first: 100) {{ ...Edges }}
      in: related(direction: IN, first: 1) {{ totalCount }}
      both: related(direction: BOTH, first: 1) {{ totalCount }}
    }}
  }}
}}
{FIELDS} {EDGES}"""
MORE = f"""query ($id: ID!, $after: String) {{
  article(by: {{ id: $id }}) {{ related(first: 100, after: $after) {{ ...Edges }} }}
}} {EDGES}"""
EXPOSED = Settings(expose_secured=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A corpus: *said* by its files, *answered* by the API, *counts* given beside it."""

    name: str
    folder: Path
    database: Path
    said: dict[str, PlainArticle]
    answered: dict[str, Answer]
    counts: dict[str, Any]


@pytest.fixture(scope="module", params=["azure-mini", pytest.param("azure-dev", marks=pytest.mark.slow)])
def told(request: pytest.FixtureRequest, ingested: Callable[[Path], Path]) -> Told:
    name: str = request.param
    folder = corpus(name)
    database = ingested(folder)
    answered = asyncio.run(_walk(database))
    return Told(
        name=name,
        folder=folder,
        database=database,
        said=dict(plain.articles(folder)),
        answered={one["id"]: one for one in answered},
        counts=json.loads(shared_path("corpus", "counts.json").read_text())[name.replace("-", "_")],
    )


async def _walk(database: Path) -> list[Answer]:
    """All articles, a hundred a page, with their whole lists of related ones."""
    store = await open_store(database, reader_connections=1)
    try:
        engine = Engine(build_schema(), store, EXPOSED)
        found: list[Answer] = []
        page: Answer = {}
        after = None
        while after or not found:
            page = (await _data(engine, WALK, after=after))["articles"]
            found += [await _with_all_edges(engine, one) for one in page["nodes"]]
            after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        assert len(found) == page["totalCount"]
        return found
    finally:
        await store.close()


async def _with_all_edges(engine: Engine, article: Answer) -> Answer:
    """The article; `edges` holds all its relations as (position, reciprocal, id)."""
    page = article.pop("related")
    edges = page["edges"]
    while page["pageInfo"]["hasNextPage"]:
        answer = await _data(engine, MORE, id=article["id"], after=page["pageInfo"]["endCursor"])
        page = answer["article"]["related"]
        edges += page["edges"]
    assert len(edges) == page["totalCount"]
    article["edges"] = [(edge["position"], edge["reciprocal"], edge["node"]["id"]) for edge in edges]
    return article


async def _data(engine: Engine, query: str, **variables: Any) -> Answer:
    answer = await engine.execute(query, variables)
    assert answer.executed, answer.body
    data: Answer = orjson.loads(answer.body)["data"]
    return data


# -- articles ------------------------------------------------------------------------------------------------


def test_walking_all_pages_answers_every_article_of_the_files_once(told: Told) -> None:
    assert told.answered.keys() == told.said.keys()


def test_every_field_of_every_article_is_what_its_winning_file_says(told: Told) -> None:
    for key, said in told.said.items():
        answered = told.answered[key]
        expected = _expected(said)
        assert {name: answered[name] for name in expected} == expected


def _expected(said: PlainArticle) -> Answer:
    fields = said.fields
    ciphertext, _, iv = fields.get("secured", "").partition(";")
    return {
        "id": said.id,
        "url": said.url,
        "title": folded(fields["title"]),
        "excerpt": folded(fields["excerpt"]),
        "category": fields["category"],
        "type": fields["type"],
        "publishedDateTime": moment(fields).isoformat().replace("+00:00", "Z"),
        **{name: fields.get(name) for name in ("webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl")},
        **{name: fields.get(name) for name in ("quality", "heat", "published", "featuredContent")},
        "isStub": False,
        "secured": {"ciphertext": ciphertext, "iv": iv} if ciphertext else None,
        "images": [_image(one) for one in fields.get("images", ())],
        "sources": [{"path": path} for path in said.paths],
    }


def _image(said: plain.Fields) -> Answer:
    title = said.get("title")
    return {
        "url": said["url"].strip(),
        **{name: said.get(name) for name in ("width", "height", "isCached")},
        "title": None if title is None else folded(title),
    }


def test_every_article_has_the_topics_of_its_file_in_order(told: Told) -> None:
    for key, said in told.said.items():
        names = [topic["name"].casefold() for topic in told.answered[key]["topics"]]
        assert names == list(dict.fromkeys(name.casefold() for name in said.fields["topics"]))


def test_every_article_has_the_provider_of_its_file_by_one_of_its_names(told: Told) -> None:
    for key, said in told.said.items():
        provider = told.answered[key]["provider"]
        assert provider["domain"] == said.fields["provider"]["domain"]
        assert said.fields["provider"]["name"] in {provider["name"], *provider["otherNames"]}


def test_both_paths_answer_a_sample_alike_and_in_the_order_asked(told: Told) -> None:
    ids = random.Random(2).sample(sorted(told.said), min(200, len(told.said)))
    for start in range(0, len(ids), 100):
        some = ids[start : start + 100]
        found = ask(
            told.database, f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...Fields }} }} {FIELDS}", ids=some
        )
        names = found["nodes"][0].keys() - {"secured"}
        assert [{name: one[name] for name in names} for one in found["nodes"]] == [
            {name: told.answered[key][name] for name in names} for key in some
        ]
        assert {one["secured"] is None for one in found["nodes"]} == {True}


# -- related articles ------------------------------------------------------------------------------------------


def test_every_list_of_related_articles_is_that_of_its_files_in_order(told: Told) -> None:
    for key, said in told.said.items():
        edges = told.answered[key]["edges"]
        assert [other for _, _, other in edges] == list(said.related)
        assert [position for position, _, _ in edges] == list(range(len(edges)))


def test_an_edge_is_reciprocal_when_the_other_article_lists_this_one(told: Told) -> None:
    for key, answered in told.answered.items():
        assert all(mutual == (key in told.said[other].related) for _, mutual, other in answered["edges"])


def test_relations_are_counted_in_each_direction(told: Told) -> None:
    listing = _listing(told)
    for key, answered in told.answered.items():
        assert answered["in"]["totalCount"] == len(listing[key])
        assert answered["both"]["totalCount"] == len(listing[key] | set(told.said[key].related))


def test_those_that_list_an_article_come_newest_first(told: Told) -> None:
    listing = _listing(told)
    query = (
        "query ($id: ID!) { article(by: {id: $id}) { related(direction: IN, first: 100) { nodes { id } } } }"
    )
    for key in random.Random(3).sample(sorted(told.said), 20):
        newest = sorted(listing[key], key=lambda other: (-moment(told.said[other].fields).timestamp(), other))
        found = ask(told.database, query, id=key)["article"]["related"]["nodes"]
        assert [one["id"] for one in found] == newest[:100]


def _listing(told: Told) -> dict[str, set[str]]:
    """For each article those that list it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, said in told.said.items():
        for other in said.related:
            found[other].add(key)
    return found


# -- providers, topics, problems ---------------------------------------------------------------------------------


def test_providers_and_their_articles_are_counted(told: Told) -> None:
    said = Counter(one.fields["provider"]["domain"] for one in told.said.values())
    assert _totals(told, "providers", "domain") == said


def test_topics_and_their_articles_are_counted(told: Told) -> None:
    said = Counter(
        name for one in told.said.values() for name in {topic.casefold() for topic in one.fields["topics"]}
    )
    found = _totals(told, "topics", "name")
    assert {name.casefold(): count for name, count in found.items()} == said


def _totals(told: Told, list_name: str, key: str) -> dict[str, int]:
    """How many articles each provider or topic has; those without any are left out."""
    query = f"""query ($after: String) {{ {list_name}(first: 100, after: $after) {{
        pageInfo {{ hasNextPage endCursor }} nodes {{ {key} articles {{ totalCount }} }} }} }}"""
    found: dict[str, int] = {}
    after = None
    while after or not found:
        page = ask(told.database, query, after=after)[list_name]
        found |= {one[key]: one["articles"]["totalCount"] for one in page["nodes"]}
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    return {name: count for name, count in found.items() if count}


def test_every_file_that_lost_against_another_has_a_warning_at_the_winner(told: Told) -> None:
    query = """{ contentReport { problems(code: "W223", severity: WARNING, first: 100) {
        totalCount nodes { path message article { id sources { path } } } } } }"""
    found = ask(told.database, query)["contentReport"]["problems"]
    losers = {path: one.id for one in told.said.values() for path in one.paths[1:]}
    assert {one["path"]: one["article"]["id"] for one in found["nodes"]} == losers
    assert (
        found["totalCount"]
        == len(losers)
        == told.counts["article_files"] - told.counts["distinct_article_urls"]
    )


# -- the given figures -------------------------------------------------------------------------------------------


def test_the_counts_are_the_given_ones_once_what_is_removed_is_added_again(told: Told) -> None:
    gone = plain.removed(told.folder)
    listed = sum(len(one.get("related", ())) for one in plain.front_matters(told.folder).values())
    assert listed == told.counts["related_items_raw"]
    relations = sum(len(one["edges"]) for one in told.answered.values())
    assert len(told.answered) + len(gone) == told.counts["distinct_article_urls"]
    assert relations + sum(len(one["related"]) for one in gone) == told.counts["distinct_directed_edges"]
    assert sum(one["in"]["totalCount"] for one in told.answered.values()) == relations
    assert len(_totals(told, "providers", "domain")) == told.counts["providers_by_domain"]
    assert len(_totals(told, "topics", "name")) == len(told.counts["topics"])
    assert max(len(one["edges"]) for one in told.answered.values()) == told.counts["max_degree"]


def test_the_ends_of_lists_are_the_given_ones(told: Told) -> None:
    query = """{
      newest: articles(first: 10) { nodes { publishedDateTime } }
      oldest: articles(last: 1) { nodes { publishedDateTime } }
      hottest: articles(first: 10, orderBy: {field: HEAT}) { nodes { heat } }
      relatives: articles(first: 10, orderBy: {field: RELATED_COUNT}) { nodes { related { totalCount } } }
    }"""
    data = ask(told.database, query)
    assert [one["publishedDateTime"] for one in data["newest"]["nodes"]] == [
        date for date, _ in told.counts["newest10"]
    ]
    assert data["oldest"]["nodes"] == [{"publishedDateTime": told.counts["date_min"]}]
    assert [one["heat"] for one in data["hottest"]["nodes"]] == [one[0] for one in told.counts["hottest10"]]
    assert [one["related"]["totalCount"] for one in data["relatives"]["nodes"]] == [
        degree for degree, _ in told.counts["top10_by_degree"]
    ]


def test_the_merged_figures_of_the_development_corpus_are_the_given_ones(told: Told) -> None:
    if told.name != "azure-dev":
        pytest.skip("the figures are those of the development corpus")
    [gone] = plain.removed(told.folder)
    data = ask(
        told.database,
        """{ all: articles { totalCount } contentReport { articles stubs }
             published: articles(filter: {published: {eq: true}}) { totalCount }
             members: articles(filter: {heat: {eq: -1}}) { totalCount } }""",
    )
    assert (data["all"]["totalCount"] + 1, data["contentReport"]) == (3_490, {"articles": 3_489, "stubs": 0})
    assert (data["published"]["totalCount"], data["members"]["totalCount"]) == (441, 2_564)
    assert sum(one["quality"] for one in told.answered.values()) + gone["quality"] == 178_168
    assert sum(one["heat"] for one in told.answered.values()) + gone["heat"] == 100_685
    assert max(len(one["edges"]) for one in told.answered.values()) == 197
