"""The parity tests find faults: each fault that is put into one batch function makes them fail.

The compiled plan and Strawberry's executor run the same batch functions, so only `plain.py` finds these faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from strawberry.types.field import StrawberryField

from graph_api.execution.fields import Batch, values_of
from graph_api.execution.operation_cache import graphql_schema
from graph_api.execution.plan import DEFINITION
from graph_api.records import EdgeDirection
from graph_api.schema import paging
from graph_api.schema.arguments import RelatedList, TopicList
from graph_api.schema.inputs import BodyFormat
from graph_api.schema.paging import Connection
from graph_api.store.lists import RelatedArticles
from graph_api.store.plans import Reads, Rights
from tests.execution.operations import Asked
from tests.execution.parity import api, checked, sdl
from tests.execution.plain import UNANSWERED, Plain, schema
from tests.store.build import AnyNode, article, graph, problem, provider, topic, whole

_SEEN = Rights(published_only=True)

_NODES: list[AnyNode] = whole(
    [
        article("a", related=["b", "hid", "c"], topics=["s", "t"], provider="x.org", day=3, quality=2),
        article("b", related=["a"], topics=["t"], provider="y.org", day=1, images=["https://x.org/i"]),
        article("c", topics=["u", "s"], day=2, body="**c**", files=[("c.md", 2), ("d.md", 1)]),
        article("d", related=["a", "c"], provider="x.org"),
        article("hid", related=["a", "b"], topics=["s"], provider="x.org", published=False, day=4),
        provider("x.org", name="X"),
        provider("y.org", name="Y"),
        topic("s", parent="t"),
        topic("t"),
        topic("u", parent="t", hidden=True),
        topic("v", parent="t"),
        problem("W2", "c.md", line=1, article="c"),
        problem("E1", "a.md", line=2),
    ]
)

_QUESTIONS = [
    """{ articles { totalCount pageInfo { hasNextPage hasPreviousPage }
         nodes { title provider { domain } topics { slug } images { url } sources { path } body(format: TEXT) } } }""",
    """{ articles(first: 2) { pageInfo { hasNextPage hasPreviousPage startCursor } edges { cursor node { title } } } }""",
    """{ articles(first: 2, after: "<articles 1>", filter: {topics: {some: {slug: {eq: "s"}}}}) { nodes { title } } }""",
    """{ articles { nodes { title related(direction: BOTH) {
         totalCount edges { position reciprocal node { title } } nodes { id } } } } }""",
    """{ articles { nodes { title related(direction: IN, first: 1) { nodes { title } } } } }""",
    """{ articles { nodes { related(direction: BOTH, after: "<related BOTH 0>") { nodes { title } } } } }""",
    """{ providers { totalCount nodes { name articles(orderBy: {field: TITLE, direction: ASC}) { nodes { title } } } } }""",
    """{ topics { edges { node { slug parent { slug } children { slug }
         articles(includeDescendants: true) { totalCount nodes { title } } } } } }""",
    """{ contentReport { articles stubs problems(severity: WARNING) { totalCount nodes { code article { title } } } } }""",
    """{ nodes(ids: ["topic:t", "provider:x.org", "topic:none", "topic:t"]) { __typename id }
         article(by: {path: "c.md"}) { title } topic(by: {name: "S"}) { slug } }""",
]

Fetch = Callable[..., Any]


@dataclass(frozen=True)
class Fault:
    """What is put in place of the batch function (or of the arguments' check) of the field *path*."""

    path: str
    made: Callable[[Fetch], Fetch]
    part: str = "fetch"


def _each(change: Callable[[Any], Any]) -> Callable[[Fetch], Fetch]:
    """Every value of the field is changed."""

    def made(fetch: Fetch) -> Fetch:
        def faulty(*given: Any) -> Reads[Sequence[Any]]:
            values = yield from values_of((yield from fetch(*given)), given[1])
            return [change(value) for value in values]

        return faulty

    return made


def _all(change: Callable[[list[Any]], list[Any]]) -> Callable[[Fetch], Fetch]:
    """The values of all parents are changed together."""

    def made(fetch: Fetch) -> Fetch:
        def faulty(*given: Any) -> Reads[Sequence[Any]]:
            values = yield from values_of((yield from fetch(*given)), given[1])
            return change(list(values))

        return faulty

    return made


def _with_rights(rights: Rights) -> Callable[[Fetch], Fetch]:
    def made(fetch: Fetch) -> Fetch:
        def faulty(parents: Any, _: Rights, *prepared: Any) -> Reads[Sequence[Any]]:
            return (yield from values_of((yield from fetch(parents, rights, *prepared)), rights))

        return faulty

    return made


def _prepared(change: Callable[[Any], Any]) -> Callable[[Fetch], Fetch]:
    """What a client asks for is changed."""

    def made(prepare: Fetch) -> Fetch:
        return lambda **given: change(prepare(**given))

    return made


def _only_out(connection: Connection) -> Connection:
    scope = connection.scope
    assert isinstance(scope, RelatedArticles)
    return Connection(RelatedArticles(scope.key, EdgeDirection.OUT), connection.listing)


def _unfiltered(wanted: paging.Listing) -> paging.Listing:
    return replace(wanted, filter=None)


def _not_after(wanted: RelatedList) -> RelatedList:
    window = replace(wanted.listing.window, after=None)
    return replace(wanted, listing=replace(wanted.listing, window=window))


def _shallow(wanted: TopicList) -> TopicList:
    return replace(wanted, descendants=False)


FAULTS = {
    "the last item of a page is dropped": Fault("RelatedConnection.edges", _each(lambda edges: edges[:-1])),
    "the last node of a page is dropped": Fault("ArticleConnection.nodes", _each(lambda found: found[:-1])),
    "totalCount is one too many": Fault("ArticleConnection.totalCount", _each(lambda count: count + 1)),
    "totalCount counts what is hidden": Fault("RelatedConnection.totalCount", _with_rights(Rights())),
    "topics are in reverse order": Fault("Article.topics", _each(lambda found: found[::-1])),
    "a topic is told twice": Fault("Article.topics", _each(lambda found: found + found[:1])),
    "hidden topics are told": Fault("Article.topics", _with_rights(Rights())),
    "BOTH forgets those that are only IN": Fault("Article.related", _each(_only_out)),
    "the provider is another article's": Fault("Article.provider", _all(lambda found: found[1:] + found[:1])),
    "every edge is reciprocal": Fault("RelatedEdge.reciprocal", _each(lambda _: True)),
    "the list goes on": Fault(
        "ArticleConnection.pageInfo", _each(lambda info: replace(info, has_next_page=not info.has_next_page))
    ),
    "there is no start cursor": Fault(
        "ArticleConnection.pageInfo", _each(lambda info: replace(info, start_cursor=None))
    ),
    "a filter is ignored": Fault("Query.articles", _prepared(_unfiltered), "prepare"),
    "a cursor is ignored": Fault("Article.related", _prepared(_not_after), "prepare"),
    "descendants are left out": Fault("Topic.articles", _prepared(_shallow), "prepare"),
    "the parent is left out": Fault("Topic.parent", _each(lambda _: None)),
    "children are unordered": Fault("Topic.children", _each(lambda found: found[::-1])),
    "images are left out": Fault("Article.images", _each(lambda _: ())),
    "the oldest file wins": Fault("Article.sources", _each(lambda found: found[::-1])),
    "bodies are told in another form": Fault(
        "Article.body", _prepared(lambda _: BodyFormat.MARKDOWN), "prepare"
    ),
    "nodes come sorted": Fault(
        "Query.nodes", _each(lambda found: sorted(found, key=lambda node: node is None))
    ),
    "providers are in reverse order": Fault("ProviderConnection.nodes", _each(lambda found: found[::-1])),
    "problems have no article": Fault("Problem.article", _each(lambda _: None)),
    "the report counts what is hidden": Fault("Query.contentReport", _with_rights(Rights())),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("oracle") / "g.db", *_NODES)


@pytest.mark.parametrize("rights", [Rights(), _SEEN], ids=["all", "published"])
def test_without_a_fault_all_questions_are_answered_alike(path: Path, rights: Rights) -> None:
    tally = checked(path, _NODES, rights, _asked())
    assert tally.refused == 0


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_one_batch_function_is_found(path: Path, fault: Fault) -> None:
    with _put_in(fault), pytest.raises(AssertionError, match="plain"):
        checked(path, _NODES, _SEEN, _asked())


def test_every_field_but_the_walks_is_answered_by_the_plain_graph() -> None:
    plain = Plain(sdl(), _NODES, Rights())
    views = {"Article": plain.articles[0], "Provider": plain.providers[0], "Topic": plain.topics[0]}
    for name, view in views.items():
        type_: Any = schema(sdl()).type_map[name]
        assert all(hasattr(view, _snake(field)) for field in type_.fields)
    ours: Any = graphql_schema(api()).type_map
    assert all(set(fields) <= set(ours[name].fields) for name, fields in UNANSWERED.items())


def _asked() -> list[Asked]:
    return [Asked(text, {}) for text in _QUESTIONS]


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


@contextmanager
def _put_in(fault: Fault) -> Iterator[None]:
    """The fault is in both ways through the product: they share the field's `Batch`, which is frozen for
    everybody else."""
    type_name, field = fault.path.split(".")
    type_: Any = graphql_schema(api()).type_map[type_name]
    definition: StrawberryField = type_.fields[field].extensions[DEFINITION]
    batch: Batch = definition.metadata["batch"]
    right = getattr(batch, fault.part)
    object.__setattr__(batch, fault.part, fault.made(right))
    try:
        yield
    finally:
        object.__setattr__(batch, fault.part, right)
