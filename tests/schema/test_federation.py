"""The subgraph, and entities by representation, as a gateway asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaExtensionNode,
    parse,
    print_ast,
)

from graph_api.schema import build_schema
from graph_api.schema.federation import subgraph_sdl
from tests.schema.asking import _both, ask, reads, refusal
from tests.store.build import article, graph, provider, topic

ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) {
  __typename ... on Article { title provider { name } } ... on Provider { name } ... on Topic { name } } }"""
A, B = article("a"), article("b")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(
        tmp_path_factory.mktemp("entities") / "g.db",
        article("a", title="A", provider="p.org", urls=["https://example.org/amp/a"]),
        article("b", title="B", provider="p.org"),
        topic("c-plus-plus", name="C++"),
        provider("p.org", name="The P"),
    )


def entities(path: Path, *of: object) -> list[Any]:
    found: list[Any] = ask(path, ENTITIES, of=of)["_entities"]
    return found


@pytest.mark.parametrize(
    ("representation", "name"),
    [
        ({"__typename": "Article", "id": A.id}, "A"),
        ({"__typename": "Article", "webUrl": A.url}, "A"),
        ({"__typename": "Article", "webUrl": "HTTPS://EXAMPLE.org:443/a?utm_source=x#top"}, "A"),
        ({"__typename": "Article", "webUrl": "https://example.org/amp/a"}, "A"),
        ({"__typename": "Article", "id": A.id, "webUrl": B.url, "views": 3}, "A"),
        ({"__typename": "Article", "id": None, "webUrl": B.url}, "B"),
        ({"__typename": "Provider", "id": "provider:p.org"}, "The P"),
        ({"__typename": "Provider", "domain": "P.ORG"}, "The P"),
        ({"__typename": "Topic", "id": "topic:c-plus-plus"}, "C++"),
        ({"__typename": "Topic", "slug": "c-plus-plus", "followers": {"count": 1}}, "C++"),
    ],
)
def test_each_key_finds_its_entity_and_other_fields_are_ignored(
    path: Path, representation: dict[str, object], name: str
) -> None:
    [found] = entities(path, representation)
    assert found["__typename"] == representation["__typename"]
    assert name in found.values()


@pytest.mark.parametrize(
    "representation",
    [
        {"__typename": "Article", "id": article("zz").id},
        {"__typename": "Article", "webUrl": "https://example.org/nowhere"},
        {"__typename": "Provider", "domain": "nowhere.org"},
        {"__typename": "Topic", "slug": "none"},
    ],
)
def test_an_entity_that_is_not_there_is_null(path: Path, representation: dict[str, object]) -> None:
    assert entities(path, representation) == [None]


def test_order_is_kept_and_what_is_asked_twice_is_answered_twice(path: Path) -> None:
    a, b = ({"__typename": "Article", "id": one.id} for one in (A, B))
    by_url = {"__typename": "Article", "webUrl": A.url}
    found = entities(path, b, a, {"__typename": "Topic", "slug": "c-plus-plus"}, by_url, b)
    assert [one.get("title") or one["name"] for one in found] == ["B", "A", "C++", "A", "B"]


@pytest.mark.parametrize(
    ("representation", "code", "told"),
    [
        ({"__typename": "Page", "id": "page:x"}, "BAD_USER_INPUT", 'one of Article, Provider, Topic, Story; got "Page"'),
        ({"__typename": "Story", "id": "story:x"}, "BAD_ID", "id must be an id such as"),
        ({"id": A.id}, "BAD_USER_INPUT", "__typename must be one of"),
        ({"__typename": 7, "id": A.id}, "BAD_USER_INPUT", "__typename must be one of"),
        ({"__typename": "Article"}, "BAD_USER_INPUT", "a representation of Article needs id or webUrl"),
        ({"__typename": "Article", "id": 7}, "BAD_USER_INPUT", "Article.id must be a string; got"),
        ({"__typename": "Article", "id": ["x"]}, "BAD_USER_INPUT", "Article.id must be a string; got"),
        ({"__typename": "Article", "id": "article:x"}, "BAD_ID", "id must be an id such as"),
        ({"__typename": "Article", "id": "topic:s"}, "BAD_ID", "id must be the id of an article"),
        ({"__typename": "Article", "webUrl": "no address"}, "BAD_USER_INPUT", "is not the URL of an article"),
        ("Article", "BAD_USER_INPUT", "must be an object"),
        (None, "BAD_USER_INPUT", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_representation_costs_that_item_only(
    path: Path, representation: object, code: str, told: str | None
) -> None:
    good = {"__typename": "Provider", "domain": "p.org"}
    if told is None:  # null is no _Any!, so that the variables are wrong as a whole
        assert [each["extensions"]["code"] for each in refusal(path, ENTITIES, of=[representation])] == [code]
        return
    answer = _both(path, ENTITIES, None, {"of": [good, representation, good]})
    body = orjson.loads(answer.body)
    assert [one and one["name"] for one in body["data"]["_entities"]] == ["The P", None, "The P"]
    [error] = body["errors"]
    assert (error["path"], error["extensions"]) == (["_entities", 1], {"code": code})
    assert told in error["message"]
    assert error["locations"]


def test_errors_of_items_have_their_alias_as_path_and_are_bounded(path: Path) -> None:
    query = "query ($of: [_Any!]!) { mine: _entities(representations: $of) { __typename } }"
    body = orjson.loads(_both(path, query, None, {"of": [{"__typename": "X"}] * 30}).body)
    assert [error["path"] for error in body["errors"]] == [["mine", place] for place in range(10)]
    assert body["data"] == {"mine": [None] * 30}


def test_a_thousand_representations_are_answered_and_one_more_is_refused(path: Path) -> None:
    one = {"__typename": "Article", "id": A.id}
    assert len(entities(path, *[one] * 1000)) == 1000
    [error] = refusal(path, ENTITIES, of=[one] * 1001)
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "representations",
        "asked": 1001,
        "allowed": 1000,
    }


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "ordinary"])
def test_entities_are_read_once_a_type_and_level_however_many_there_are(
    path: Path, *, compiled: bool
) -> None:
    def of(*names: str) -> list[object]:
        made: list[object] = [{"__typename": "Article", "id": article(name).id} for name in names]
        made += [{"__typename": "Article", "webUrl": article(name).url} for name in names]
        return [*made, {"__typename": "Provider", "domain": "p.org"}]

    few = reads(path, ENTITIES, compiled=compiled, of=of("a"))
    many = reads(path, ENTITIES, compiled=compiled, of=of("a", "b", "c", "d") * 5)
    assert few == many
    assert (many["ArticleRows"], many["ArticleKeysBy"]) == (1, 1)


def test_the_service_returns_the_published_subgraph(path: Path) -> None:
    published = Path(__file__).parents[2] / "schema" / "subgraph.graphql"
    assert ask(path, "{ _service { sdl } }")["_service"]["sdl"] == published.read_text()


# -- the SDL ---------------------------------------------------------------------------------------------

API = parse(build_schema().as_str()).definitions
SUBGRAPH = parse(subgraph_sdl(build_schema())).definitions


def _type(name: str, definitions: tuple[DefinitionNode, ...] = SUBGRAPH) -> ObjectTypeDefinitionNode:
    [found] = [
        one for one in definitions if isinstance(one, ObjectTypeDefinitionNode) and one.name.value == name
    ]
    return found


def _directives(name: str) -> list[str]:
    return [print_ast(each) for each in _type(name).directives or ()]


def _fields(type_: ObjectTypeDefinitionNode) -> list[str]:
    return [field.name.value for field in type_.fields or ()]


def test_the_link_imports_every_directive_of_federation_that_is_used() -> None:
    [link] = [print_ast(one) for one in SUBGRAPH if isinstance(one, SchemaExtensionNode)]
    assert link == (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: ["@key", "@shareable", "@cost", "@listSize"])'
    )


def test_one_of_keeps_its_definition_by_which_gateways_know_it() -> None:
    own = [one.name.value for one in SUBGRAPH if isinstance(one, DirectiveDefinitionNode)]
    assert own == ["oneOf"], "the others are defined by federation"


def test_node_and_nodes_and_what_gateways_add_are_left_out() -> None:
    left_out = {"node", "nodes", "_entities", "_service"}
    assert _fields(_type("Query")) == [name for name in _fields(_type("Query", API)) if name not in left_out]
    assert left_out <= {*_fields(_type("Query", API))}


def test_entities_have_their_keys_and_plain_values_are_shareable() -> None:
    assert _directives("Article") == ['@key(fields: "id")', '@key(fields: "webUrl")']
    assert _directives("Provider") == ['@key(fields: "id")', '@key(fields: "domain")']
    assert _directives("Topic") == ['@key(fields: "id")', '@key(fields: "slug")']
    assert _directives("PageInfo") == _directives("Image") == ["@shareable"]


def test_all_other_types_are_those_of_the_api() -> None:
    names = {one.name.value for one in API if isinstance(one, ObjectTypeDefinitionNode)} - {
        "Query",
        "_Service",
    }
    assert all(_fields(_type(name)) == _fields(_type(name, API)) for name in names)
