"""Hidden documents are in no answer and change none: every answer equals that of a folder without these documents."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema as schema_of,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given, settings, strategies as st

from graph_api.documents.document import ArticleDocument, Document, EmbeddedProvider, RelatedItem
from graph_api.execution.engine import Engine
from graph_api.records import Image, Secured, article_id
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.execution import ordinary
from tests.execution.operations import CURSOR_LISTS, Asked, operations
from tests.execution.parity import _WIDE, api, sdl
from tests.ingest import build
from tests.ingest.build import Files, fill
from tests.schema.traversing import with_edges

MARK = "zqx"  # stands in everything that only hidden documents say, and nowhere else
SEEN = Rights(published_only=True, secured=True)
ALL = Rights(secured=True)

_schema = cache(lambda: schema_of(sdl()))
_operations = st.deferred(lambda: operations(_schema()))


def address(name: str) -> str:
    return f"https://example.org/{name}"


def item(name: str, **fields: Any) -> RelatedItem:
    return replace(build.item(name), url=address(name), web_url=address(name), **fields)


def article(name: str, **fields: Any) -> ArticleDocument:
    return build.article(name, url=address(name), web_url=address(name), **fields)


def hidden(name: str, **fields: Any) -> ArticleDocument:
    """An article that nobody but its editors should hear of."""
    return article(
        name,
        published=False,
        title=f"{MARK} title {name}",
        excerpt=f"{MARK} excerpt",
        body=f"{MARK} body",
        category=f"{MARK} category",
        featured_content=f"<p>{MARK}</p>",
        extra=f'{{"note": "{MARK}"}}',
        secured=Secured(ciphertext=MARK, iv=MARK),
        images=[Image(url=f"https://{MARK}.example/1.png", title=MARK)],
        original_url=address(f"{MARK}/{name}"),
        **fields,
    )


def provider(domain: str, name: str) -> EmbeddedProvider:
    return EmbeddedProvider(domain=domain, name=name, images=(Image(url=f"https://{name}.example/i"),))


def folder(*, whole: bool) -> Files:
    """Articles a, b and c are published or do not say; d, e and f are hidden, and left out unless *whole*.
    Stub s is listed by both kinds, t only by a hidden one."""

    def unless_hidden(*items: RelatedItem) -> tuple[RelatedItem, ...]:
        return tuple(one for one in items if whole or one.url not in {address(name) for name in "def"})

    shown: Files = {
        "a.md": article(
            "a",
            published=True,
            on=3,
            related=unless_hidden(item("d"), item("b"), item("e"), item("s")),
            topics=["Alpha", "s"],
            provider=provider("x.org", "Xavier"),
        ),
        "b.md": article("b", related=unless_hidden(item("a"), item("d"), item("c")), topics=["t"]),
        "c.md": article("c", published=True, provider=provider("y.org", "Yvonne"), topics=["s"]),
    }
    if not whole:
        return shown
    spelled = provider("x.org", f"{MARK}avier")
    newer = {"title": f"{MARK} copy", "excerpt": f"{MARK}", "quality": 100}
    of_stub = item("s", published_date_time=build.day(9), **newer)
    return {
        **shown,
        "0/d.md": hidden("d", on=9, related=(of_stub, item("t", **newer), item("a"), item("b")), topics=["ALPHA", MARK], provider=spelled),
        "0/e.md": hidden("e", on=8, related=(item("d"), of_stub, item("c")), topics=["ALPHA", "u"], provider=spelled),
        "0/f.md": hidden("f", on=7, related=(of_stub, item("a")), topics=["ALPHA"], provider=provider(f"{MARK}.org", MARK)),
        f"0/{MARK}.md": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One of all documents, one of those that are not hidden."""
    made = tmp_path_factory.mktemp("hidden")
    for name, whole in (("whole", True), ("shown", False)):
        fill(made / name, {"/articles": folder(whole=whole)})
    return made / "whole", made / "shown"


async def answered(database: Path, rights: Rights, *asked: Asked) -> list[str]:
    """What each operation is answered, on both executors and with edges in memory; without what names the
    content as a whole, which hidden documents are part of."""
    store = await open_store(database, reader_connections=1)
    try:
        engine = Engine(api(), store, _WIDE)
        from_edges = await with_edges(Engine(api(), store, _WIDE, loads_adjacency=True), rights)
        answers = [
            (await way(one.text, one.variables, rights=rights)).body.decode()
            for one in asked
            for way in (engine.execute, partial(ordinary.execute, engine, database), from_edges.execute)
        ]
        revision = await engine.revision()
    finally:
        await store.close()
    return [_NOT_COMPARED.sub("", answer.replace(revision, "")) for answer in answers]


_INGESTED = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z"  # no other moment here has microseconds
_SHA256 = r"[0-9a-f]{64}"  # of a file whose list of related articles differs in the two folders
_NOT_COMPARED = re.compile(f"{_INGESTED}|{_SHA256}")


def told(database: Path, rights: Rights, *asked: Asked) -> list[str]:
    """`answered`, from outside an event loop."""
    return asyncio.run(answered(database, rights, *asked))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(asked=st.lists(_operations, min_size=1, max_size=3))
def test_hidden_documents_change_no_answer(databases: tuple[Path, Path], asked: list[Asked]) -> None:
    whole, shown = databases
    filled = [one.with_cursors(dict.fromkeys(CURSOR_LISTS, ())) for one in asked]
    answers = told(whole, SEEN, *filled)
    assert answers == told(shown, SEEN, *filled)
    assert not any(MARK in answer.lower() for answer in answers)


# -- every field of the schema -----------------------------------------------------------------------------

_ROOTS = {
    "node": [f'(id: "<{name}>")' for name in "abdst"],
    "nodes": ['(ids: ["<a>", "<d>", "<e>", "<f>", "<s>", "<t>"])'],
    "article": [f'(by: {{url: "{address(name)}"}})' for name in "abdefst"]
    + ['(by: {path: "0/d.md"})', '(by: {slug: "d"})'],
    "articles": ["(first: 100)", "(first: 100, orderBy: {field: RELATED_COUNT})"],
    "provider": ['(by: {domain: "x.org"})', '(by: {domain: "<mark>.org"})'],
    "providers": ["(first: 100)"],
    "topic": ['(by: {name: "Alpha"})', '(by: {name: "<mark>"})', '(by: {slug: "u"})'],
    "topics": ["(first: 100)"],
    "search": [
        '(query: "<mark>", types: [], first: 100)',
        '(query: "-zzz", types: [], first: 100)',
        '(query: "a* -<mark>", types: [], first: 100)',
    ],
    "suggest": ['(prefix: "<mark>")', '(prefix: "a")'],
    "shortestPath": ['(from: "<a>", to: "<c>")', '(from: "<a>", to: "<t>")', '(from: "<d>", to: "<a>")'],
    "allPaths": ['(from: "<b>", to: "<s>", options: {limit: 50, via: [RELATED, TOPIC, PROVIDER]})'],
    "commonNeighbors": ['(a: "<a>", b: "<b>")', '(a: "<a>", b: "<d>")'],
    "subgraph": [
        '(ids: ["<a>", "<b>", "<d>", "<s>", "<t>"], via: [RELATED, TOPIC, PROVIDER])',
        "(via: [RELATED, TOPIC, PROVIDER])",
    ],
    "story": [f'(id: "story:{article_id(address(name)).partition(":")[2]}")' for name in "abcds"],
    "stories": ["(first: 100)", '(filter: {slug: {eq: "d"}})'],
    "trending": ['(asOf: "2026-11-01T00:00:00Z", first: 100)'],
    "recommend": ['(like: ["<a>", "<s>"], unlike: ["<b>"])', '(like: ["<d>"])'],
    "contentReport": [""],
    "_entities": [
        f'(representations: [{{__typename: "Article", webUrl: "{address(name)}"}}])' for name in "abdefst"
    ]
    + [
        '(representations: [{__typename: "Article", id: "<d>"}, {__typename: "Topic", slug: "u"}])',
        '(representations: [{__typename: "Provider", domain: "x.org"}, {__typename: "Provider", domain: "<mark>.org"}])',
    ],
}
_ABOUT_NO_CONTENT = {"revision", "cost", "_service"}
_NESTED = {
    "facets": "(by: [TOPIC, PROVIDER, TYPE, CATEGORY, MONTH, YEAR], size: 100)",
    "related": "(direction: BOTH, first: 100)",
    "recommendations": "(first: 2)",
    "neighborhood": "(via: [RELATED, TOPIC, PROVIDER])",
}


def _selections(schema: GraphQLSchema, type_: Any, depth: int) -> str:
    """All fields of a type, and theirs, so deep."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        members = schema.get_possible_types(named)
        below = (f"... on {one.name} {_selections(schema, one, depth)}" for one in members)
        return f"{{ __typename {' '.join(below)} }}"
    assert isinstance(named, GraphQLObjectType)
    fields = (_selected(schema, name, field, depth) for name, field in named.fields.items())
    return f"{{ __typename {' '.join(filter(None, fields))} }}"


def _selected(schema: GraphQLSchema, name: str, field: GraphQLField, depth: int) -> str:
    arguments = "" if is_leaf_type(get_named_type(field.type)) else _NESTED.get(name, "")
    if is_leaf_type(get_named_type(field.type)):
        return " ".join([f"{name}{arguments}" * _is_optional(field), *_in_every_form(name, field)])
    return f"{name}{arguments} {_selections(schema, field.type, depth - 1)}" if depth else ""


def _is_optional(field: GraphQLField) -> bool:
    return not any(is_required_argument(argument) for argument in field.args.values())


def _in_every_form(name: str, field: GraphQLField) -> Iterator[str]:
    """The field once for each value of an argument that chooses among some."""
    for argument, declared in field.args.items():
        chosen = get_named_type(declared.type)
        if isinstance(chosen, GraphQLEnumType):
            yield from (f"{name}_{one}: {name}({argument}: {one})" for one in chosen.values)


def _whole_operation(root: str, arguments: str, depth: int = 4) -> Asked:
    """One operation that selects all there is below a top field, so deep."""
    for name in "abcdefst":
        arguments = arguments.replace(f"<{name}>", article_id(address(name)))
    below = _selections(_schema(), _query().fields[root].type, depth)
    return Asked(f"{{ {root}{arguments.replace('<mark>', MARK)} {below} }}", {})


def _query() -> GraphQLObjectType:
    query = _schema().query_type
    assert query is not None
    return query


def test_every_root_field_about_content_is_queried() -> None:
    assert set(_query().fields) == set(_ROOTS) | _ABOUT_NO_CONTENT


@pytest.mark.parametrize("root", _ROOTS)
def test_no_field_shows_hidden_content(databases: tuple[Path, Path], root: str) -> None:
    whole, shown = databases
    for arguments in _ROOTS[root]:
        asked = _whole_operation(root, arguments, 3 if root in {"_entities", "article", "node"} else 4)
        answers = told(whole, SEEN, asked)
        assert '"errors"' not in answers[0]
        assert MARK not in answers[0].lower()
        assert answers == told(shown, SEEN, asked)


def test_callers_with_rights_see_hidden_documents(databases: tuple[Path, Path]) -> None:
    """The marks that are looked for are there."""
    whole, _ = databases
    answer = told(whole, ALL, Asked("{ articles { nodes { title body provider { name } } } }", {}))[0]
    assert f"{MARK} title d" in answer
    assert f"{MARK} body" in answer


# -- any mix of published and hidden files -----------------------------------------------------------------

NAMES = ("one", "two", "three", "four", "five")
URLS = tuple(map(address, (*NAMES, "other", "another")))
SPELLINGS = ("Cloud", "cloud", "CLOUD", "AI", "Artificial Intelligence", "ai")
PATHS = ("a.md", "b.md", "c.md", "n/d.md", "n/e.md", "n/f.md")

_mentions = st.none() | st.builds(
    provider, st.sampled_from(["x.org", "y.org"]), st.sampled_from(["Xavier", "xavier", "Yvonne"])
)
_items = st.builds(
    item,
    st.sampled_from(NAMES),
    title=st.sampled_from(["First", "Second"]),
    quality=st.sampled_from([None, 1, 2]),
    original_url=st.none() | st.sampled_from(URLS),
)


@st.composite
def _articles(draw: st.DrawFn) -> ArticleDocument:
    name = draw(st.sampled_from(NAMES))
    listed = draw(st.lists(_items, max_size=4, unique_by=lambda one: one.url))
    text = draw(st.sampled_from(["Early", "Late", "Émile"]))
    return article(
        name,
        title=text,
        slug=draw(st.sampled_from(["s", name])),
        published=draw(st.sampled_from([None, True, False, False])),
        removed=draw(st.integers(0, 7)) == 0,
        on=draw(st.none() | st.integers(0, 3)),
        category=draw(st.none() | st.just(text)),
        body=draw(st.none() | st.just(text)),
        quality=draw(st.none() | st.integers(0, 2)),
        secured=draw(st.none() | st.just(Secured(ciphertext=text, iv=text))),
        images=draw(st.sampled_from([(), (Image(url="https://i.example/1", title=text),)])),
        topics=draw(st.lists(st.sampled_from(SPELLINGS), max_size=3)),
        provider=draw(_mentions),
        original_url=draw(st.none() | st.sampled_from(URLS)),
        related=tuple(one for one in listed if one.url != address(name)),
    )


_taxonomies = st.builds(
    build.topic,
    st.sampled_from(["Cloud", "Artificial Intelligence"]),
    slug=st.none() | st.just("cloud"),
    shortname=st.none() | st.just("AI"),
    parent=st.none() | st.just("Cloud"),
)
_documents: st.SearchStrategy[Document | None] = st.one_of(*[_articles()] * 5, _taxonomies, st.none())


def _without_hidden(files: Files) -> Files:
    """The files that callers of published content may see. An article that has no other is in none of their lists."""
    documents = [document for document in files.values() if isinstance(document, ArticleDocument)]
    hidden = {document.url for document in documents}
    hidden -= {document.url for document in documents if document.published is not False}
    return {
        path: replace(document, related=tuple(one for one in document.related if one.url not in hidden))
        if isinstance(document, ArticleDocument)
        else document
        for path, document in files.items()
        if document is not None
        and not (isinstance(document, ArticleDocument) and document.published is False)
    }


def _handles() -> Asked:
    """Everything that a name, path, slug, URL or id can find."""
    found = (
        "{ id slug title url isStub sources { path } related(direction: BOTH, first: 100) { nodes { id } } }"
    )
    by = {
        "url": URLS,
        "path": PATHS,
        "slug": ("s", *NAMES, "first", "second"),
    }
    fields = [
        f"article(by: {{{handle}: {json.dumps(value)}}}) {found}"
        for handle, values in by.items()
        for value in values
    ]
    fields += [f"topic(by: {{name: {json.dumps(name)}}}) {{ id name }}" for name in SPELLINGS]
    fields += [f"node(id: {json.dumps(article_id(url))}) {{ id }}" for url in URLS]
    return Asked(f"{{ {' '.join(f'f{at}: {field}' for at, field in enumerate(fields))} }}", {})


@cache
def _about_everything() -> list[Asked]:
    return [
        _handles(),
        _whole_operation("articles", "(first: 100)", 3),
        _whole_operation("articles", "(first: 100, orderBy: {field: RELATED_COUNT})", 2),
        _whole_operation("providers", "(first: 100)", 3),
        _whole_operation("topics", "(first: 100)", 3),
        _whole_operation("subgraph", "(via: [RELATED, TOPIC, PROVIDER])", 2),
        _whole_operation("contentReport", "", 3),
    ]


async def _compiled(database: Path, rights: Rights) -> list[str]:
    """What is answered about everything. Operations are compiled once for all databases, which takes longest."""
    store = await open_store(database, reader_connections=1)
    try:
        engine = await with_edges(Engine(api(), store, _WIDE, loads_adjacency=True), rights)
        engine._operations = _preparation.setdefault("one", engine._operations)
        asked = _about_everything()
        answers = [(await engine.execute(one.text, {}, rights=rights)).body.decode() for one in asked]
        revision = await engine.revision()
    finally:
        await store.close()
    return [_NOT_COMPARED.sub("", answer.replace(revision, "")) for answer in answers]


_preparation: dict[str, Any] = {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.dictionaries(st.sampled_from(PATHS), _documents, min_size=2, max_size=6))
def test_any_hidden_files_change_no_answer(files: Files) -> None:
    anchored = {**files, "anchor.md": article("anchor", published=True, related=[item("one"), item("two")])}
    with tempfile.TemporaryDirectory() as place:
        whole, shown = Path(place, "whole"), Path(place, "shown")
        fill(whole, {"/articles": anchored})
        fill(shown, {"/articles": _without_hidden(anchored)})
        answers = asyncio.run(_compiled(whole, SEEN))
        assert not any('"errors"' in answer for answer in answers)
        assert answers == asyncio.run(_compiled(shown, SEEN)) == asyncio.run(_compiled(shown, ALL))


def _draft_beside_live() -> Files:
    """The files of one article with two readings, and of what only the draft knows."""
    return {
        "live.md": article("a", published=True, on=1, title="Live", related=[item("b")], topics=["Cloud"]),
        "draft.md": article(
            "a",
            published=False,
            on=2,
            title="Draft",
            body="Draft",
            related=[item("secret")],
            topics=["CLOUD", "Plan"],
            provider=provider("x.org", "Xavier"),
            original_url="https://d.example/d",
        ),
        "b.md": article("b", on=0, topics=["Cloud"]),
    }


@pytest.mark.anyio
async def test_callers_with_other_rights_share_no_answer_and_no_row(tmp_path: Path) -> None:
    """One engine answers both kinds of callers, in turns, from its caches."""
    databases = tmp_path / "whole", tmp_path / "shown"
    for database, files in zip(
        databases, (_draft_beside_live(), _without_hidden(_draft_beside_live())), strict=True
    ):
        fill(database, {"/articles": files})
    whole, shown = [await _compiled(database, ALL) for database in databases]
    assert whole != shown
    store = await open_store(databases[0], reader_connections=1)
    try:
        engine = Engine(api(), store, _WIDE, loads_adjacency=True)
        for rights, expected in [(ALL, whole), (SEEN, shown)] * 3:
            bodies = [
                (await engine.execute(one.text, {}, rights=rights)).body.decode()
                for one in _about_everything()
            ]
            revision = await engine.revision()
            assert [_NOT_COMPARED.sub("", body.replace(revision, "")) for body in bodies] == expected
    finally:
        await store.close()


def test_a_live_article_shows_nothing_of_its_draft(tmp_path: Path) -> None:
    fill(tmp_path / "db", {"/articles": _draft_beside_live()})
    by = ['url: "https://d.example/d"', 'path: "draft.md"', f'url: "{address("secret")}"']
    handles = " ".join(f"f{at}: article(by: {{{one}}}) {{ id }}" for at, one in enumerate(by))
    found = "{ nodes { title body sources { path } related { nodes { title } } topics { name } provider { name } } }"
    asked = Asked(
        f'{{ {handles} topic(by: {{name: "plan"}}) {{ id }} articles {found}'
        " contentReport { articles stubs problems { nodes { code } } } }",
        {},
    )
    data = json.loads(told(tmp_path / "db", SEEN, asked)[0])["data"]
    topics = [{"name": "Cloud"}]
    live = {
        "title": "Live",
        "body": None,
        "sources": [{"path": "live.md"}],
        "topics": topics,
        "provider": None,
    }
    b = {
        "title": "Title of b",
        "body": None,
        "sources": [{"path": "b.md"}],
        "topics": topics,
        "provider": None,
    }
    assert data == {
        "f0": None,
        "f1": None,
        "f2": None,
        "topic": None,
        "articles": {
            "nodes": [
                live | {"related": {"nodes": [{"title": "Title of b"}]}},
                b | {"related": {"nodes": []}},
            ]
        },
        "contentReport": {"articles": 2, "stubs": 0, "problems": {"nodes": []}},
    }
