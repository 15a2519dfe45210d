"""Admission: each limit lets through what is just within it, and refuses what is just beyond."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from graph_api.errors import OperationRefused
from graph_api.execution.admission import Admission
from graph_api.execution.cost.measures import Measures, measure, schema_lengths
from graph_api.execution.graphql_errors import refusal_body
from graph_api.execution.operation_cache import OperationCache, graphql_schema
from graph_api.settings import Settings
from tests.execution.parity import api
from tests.schema.asking import ask, refusal
from tests.store.build import article, graph

BOMB = "{ ...f0 } " + " ".join(
    [
        *(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(20)),
        "fragment f20 on Query { revision }",
    ]
)


def _prepare(query: str, settings: Settings | None = None, **variables: Any) -> None:
    OperationCache(api(), settings or Settings()).prepared(query, variables, None)


def _refusals(query: str, settings: Settings | None = None, **variables: Any) -> list[dict[str, Any]]:
    with pytest.raises(OperationRefused) as refused:
        _prepare(query, settings, **variables)
    return [error["extensions"] for error in refused.value.errors]


def _measured(query: str, **variables: Any) -> Measures:
    document = parse(query)
    [operation] = [each for each in document.definitions if each.kind == "operation_definition"]
    schema = graphql_schema(api())
    return measure(schema, document, operation, variables, schema_lengths(schema))  # type: ignore[arg-type] # `kind` told which it is


def _nested(depth: int) -> str:
    """*depth* fields nested in each other that hold no list."""
    return '{ topic(by: {slug: "s"}) ' + "{ parent " * (depth - 2) + "{ slug }" + " }" * (depth - 2) + " }"


def _introspected(depth: int) -> str:
    return '{ __type(name: "Query") ' + "{ ofType " * (depth - 2) + "{ name }" + " }" * (depth - 2) + " }"


_WITHIN_FILTER = '{"title": {"eq": "x"}}'

LIMITS: dict[str, tuple[Settings, str, str]] = {
    "source": (Settings(max_source=12), "{ revision }", "{ revision  }"),
    "tokens": (Settings(max_tokens=6), "{ revision a: revision }", "{ revision a: revision revision }"),
    "depth": (Settings(), _nested(12), _nested(13)),
    "introspection_depth": (Settings(), _introspected(20), _introspected(21)),
    "aliases": (
        Settings(max_root_fields=100),
        "{ " + " ".join(f"a{n}: revision" for n in range(30)) + " }",
        "{ " + " ".join(f"a{n}: revision" for n in range(31)) + " }",
    ),
    "root_fields": (Settings(), "{ " + "revision " * 20 + "}", "{ " + "revision " * 21 + "}"),
    "directives": (
        Settings(max_root_fields=100),
        "{ " + "revision @skip(if: true) " * 50 + "}",
        "{ " + "revision @skip(if: true) " * 51 + "}",
    ),
    "field_directives": (
        Settings(max_field_directives=1),
        "{ revision @skip(if: true) }",
        "{ revision @skip(if: true) @include(if: true) }",
    ),
    "fragments": (
        Settings(max_fragments=1),
        "{ ...A } fragment A on Query { revision }",
        "{ ...A ...B } fragment A on Query { revision } fragment B on Query { revision }",
    ),
    "key_pairs": (
        Settings(max_key_pairs=2),
        "{ revision a: revision revision }",
        "{ revision a: revision revision revision }",
    ),
    "selections": (
        Settings(max_selections=3),
        "{ cost { limit requested } }",
        "{ cost { a: limit b: limit c: limit } }",
    ),
    "input_objects": (
        Settings(max_input_objects=3),
        "{ articles(filter: {or: [{}, {}]}) { totalCount } }",
        "{ articles(filter: {or: [{}, {}, {}]}) { totalCount } }",
    ),
    "schema_cost": (
        Settings(max_schema_cost=2),
        '{ __type(name: "Query") { name } }',
        '{ __type(name: "Query") { name kind } }',
    ),
    "cost": (
        Settings(max_cost=3),
        "{ articles(first: 2) { nodes { id } } }",
        "{ articles(first: 3) { nodes { id } } }",
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_just_within_a_limit_passes(limit: str) -> None:
    settings, within, _ = LIMITS[limit]
    _prepare(within, settings)


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_just_beyond_a_limit_is_refused_and_told(limit: str) -> None:
    settings, _, beyond = LIMITS[limit]
    [told] = _refusals(beyond, settings)
    assert told["code"] == "LIMIT_EXCEEDED"
    assert told["limit"] == limit
    assert told["asked"] == told["allowed"] + 1


def test_variables_may_be_so_large_and_no_larger(tmp_path: Path) -> None:
    path, settings = graph(tmp_path / "g.db", article("a")), Settings(max_variables=20)
    query = "query ($s: String!) { article(by: {slug: $s}) { id } }"
    assert ask(path, query, settings, s="a" * 12) == {"article": None}  # {"s":"aaaaaaaaaaaa"}
    [error] = refusal(path, query, settings, s="a" * 13)
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "variables", "asked": 21, "allowed": 20}


def test_variables_may_nest_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    settings = Settings(max_variable_nesting=3)
    query = "query ($v: [[[Int]]]) { revision }"  # unused: refused only later, by validation
    assert [told["code"] for told in _refusals(query, settings, v=nested(3))] == ["GRAPHQL_VALIDATION_FAILED"]
    [told] = _refusals(query, settings, v=nested(4))
    assert (told["limit"], told["asked"], told["allowed"]) == ("variable_nesting", 4, 3)


def test_variables_may_hold_so_many_values_and_no_more() -> None:
    settings = Settings(max_variable_values=4)
    query = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
    _prepare(query, settings, v=["topic:a"] * 3)
    [told] = _refusals(query, settings, v=["topic:a"] * 9)
    assert (told["limit"], told["asked"], told["allowed"]) == ("variable_values", 5, 4)


def test_input_objects_count_wherever_they_are_used() -> None:
    query = """query ($f: ArticleFilter) { articles(filter: $f) { ...Twice } topics { ...Once } }
        fragment Twice on ArticleConnection { nodes { ...Once related(filter: $f) { totalCount } } }
        fragment Once on Node { id }"""
    assert _measured(query, f={"or": [{"title": {"eq": "a"}}, {}]}).input_objects == 2 * 4
    entities = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    assert _measured(entities, r=[{"__typename": "Topic"}] * 7).input_objects == 0, "nobody converts these"


def test_conditions_are_counted_apart_from_what_they_choose() -> None:
    filter = '{title: {eq: "a"}, related: {related: {title: {contains: "b"}}}}'
    assert (
        _measured("{ articles(first: 9, filter: " + filter + ") { nodes { id } } }").conditions == 1 + 20 * 20
    )


def test_spreads_are_pairs_too() -> None:
    assert _measured("{ ...F ...F ...F ...F } fragment F on Query { revision }").key_pairs == 6


def test_a_fragment_is_measured_for_the_page_it_stands_on() -> None:
    query = (
        "{ a: articles(first: 3) { ...F } b: articles(first: 7) { ...F } } fragment F on ArticleConnection %s"
    )
    assert _measured(query % "{ nodes { id } edges { node { id } } }").cost == 1 + 3 * 3 + 1 + 7 * 3
    assert _measured(query % "{ totalCount }").cost == 2


def test_very_deep_variables_are_refused_not_recursed_into() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    query, settings = "query ($v: Int) { revision }", Settings(max_variable_values=10**6)
    [told] = _refusals(query, settings, v=deep)
    assert told["limit"] == "variable_nesting"


def test_a_bomb_of_nested_fragments_is_measured_without_being_expanded() -> None:
    assert len(BOMB) <= 1000
    assert _measured(BOMB).selections == 2**20
    assert {told["limit"] for told in _refusals(BOMB)} == {"root_fields", "selections"}


def test_measures_of_larger_bombs_stop_growing() -> None:
    bomb = "{ ...f0 } " + " ".join(
        [
            *(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(200)),
            "fragment f200 on Query { revision }",
        ]
    )
    assert _measured(bomb).selections == 10**12


@pytest.mark.parametrize(
    "query",
    [
        "{ ...a } fragment a on Query { ...b } fragment b on Query { revision ...a }",
        "{ ...a } fragment a on Query { ...a }",
        "{ ...nowhere }",
        "{ ... on Nothing { revision } }",
        "{ nothing { at { all } } }",
        "{ revision { deeper } }",
    ],
)
def test_what_is_not_valid_is_measured_all_the_same_and_then_refused(query: str) -> None:
    assert {told["code"] for told in _refusals(query)} == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(),
        get_introspection_query(
            descriptions=True,
            specified_by_url=True,
            directive_is_repeatable=True,
            schema_description=True,
            input_value_deprecation=True,
        ),
        get_introspection_query(descriptions=False),
    ],
    ids=["standard", "everything, as GraphiQL asks", "no descriptions, as Relay asks"],
)
def test_introspection_of_the_usual_tools_passes(query: str) -> None:
    _prepare(query)


def test_what_is_asked_about_the_schema_costs_its_fields_apart() -> None:
    query = "{ revision __schema { types { name fields { name } } directives { name } } }"
    types = len(graphql_schema(api()).type_map)
    measures = _measured(query)
    assert measures.cost == 0
    assert types < measures.schema_cost < 10 * types
    [told] = _refusals(
        "{ "
        + " ".join(
            f"a{n}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}" for n in range(20)
        )
        + " }"
    )
    assert told["limit"] == "schema_cost"


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ revision }", 0),
        ("{ cost { limit } }", 1),
        ("{ articles { nodes { id } } }", 1 + 20),
        ("{ articles(first: 7) { nodes { id } edges { node { id } } } }", 1 + 7 + 7 * 2),
        ("{ articles(last: 7) { totalCount } }", 1),
        ("{ articles(first: 10) { nodes { related(first: 5) { nodes { id } } } } }", 1 + 10 * (1 + 1 + 5)),
        ('{ nodes(ids: ["topic:a", "topic:b"]) { id } }', 2),
        ('{ articles(first: 2, filter: {title: {eq: "x"}, quality: {gt: 1, lt: 3}}) { totalCount } }', 1 + 3),
        ("query ($n: Int) { articles(first: $n) { nodes { id } } }", 1 + 20),
    ],
)
def test_cost_is_the_objects_that_are_expected(query: str, cost: int) -> None:
    assert _measured(query).cost == cost


def test_page_sizes_lists_and_filters_in_variables_count_too() -> None:
    assert _measured("query ($n: Int) { articles(first: $n) { nodes { id } } }", n=3).cost == 1 + 3
    assert _measured("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=["topic:a"] * 4).cost == 4
    filter = {"or": [{"title": {"in": ["a", "b"]}}, {"quality": {"eq": 1}}]}
    query = "query ($f: ArticleFilter) { articles(filter: $f) { totalCount } }"
    assert _measured(query, f=filter).cost == 1 + 3


def test_a_value_costs_the_same_as_literal_as_variable_and_as_default() -> None:
    for type_, value, text in (
        ("Int", 50, "articles(first: {}) {{ nodes {{ id }} }}"),
        ("Int", 50, "articles(filter: {{quality: {{eq: {}}}}}) {{ totalCount }}"),
        ("[String!]", ["a", "b"], "articles(filter: {{title: {{in: {}}}}}) {{ totalCount }}"),
        ("[String!]", [], "articles(filter: {{title: {{in: {}}}}}) {{ totalCount }}"),
        ("[ID!]!", ["topic:a", "topic:b"], "nodes(ids: {}) {{ id }}"),
    ):
        literal = json.dumps(value)
        cost = _measured("{ " + text.format(literal) + " }").cost
        asked = "{ " + text.format("$v") + " }"
        assert _measured(f"query ($v: {type_}) {asked}", v=value).cost == cost
        assert _measured(f"query ($v: {type_} = {literal}) {asked}").cost == cost


def test_variables_are_told_apart_by_name_when_measures_are_remembered() -> None:
    documents = Admission(graphql_schema(api()), Settings(max_cost=50))
    query = (
        "query ($n: Int, $m: Int) { articles(first: $n) { nodes { id } } topics(first: $m) { totalCount } }"
    )
    documents.admitted(query, None, {"n": 10, "m": 100})
    with pytest.raises(OperationRefused):
        documents.admitted(query, None, {"m": 10, "n": 100})


def test_a_larger_variable_is_measured_anew_though_the_text_is_known() -> None:
    documents = Admission(graphql_schema(api()), Settings(max_cost=50))
    query = "query ($n: Int) { articles(first: $n) { nodes { id } } }"
    documents.admitted(query, None, {"n": 10})
    with pytest.raises(OperationRefused):
        documents.admitted(query, None, {"n": 100})
    documents.admitted(query, None, {"n": 10})


def test_a_size_that_is_no_size_is_left_to_the_arguments_own_check() -> None:
    assert _measured("{ articles(first: -5) { nodes { id } } }").cost == 1
    most = _measured("{ articles(first: 100) { nodes { id } } }").cost
    assert _measured("{ articles(first: 99999999999999999999) { nodes { id } } }").cost == most


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("mutation { x }", "OPERATION_NOT_SUPPORTED"),
        ("query A { revision } query B { revision }", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment a on Query { revision }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($a: Int!) { articles(first: $a) { totalCount } }", "BAD_USER_INPUT"),
        ("{ articles(first: 101) { totalCount } }", "BAD_PAGE"),
    ],
)
def test_each_kind_of_mistake_has_its_code(query: str, code: str) -> None:
    assert [told["code"] for told in _refusals(query)] == [code]


def test_no_more_errors_are_told_than_the_setting_allows() -> None:
    with pytest.raises(OperationRefused) as refused:
        _prepare("{ " + " ".join(f"x{n}" for n in range(15)) + " }")
    assert refusal_body(refused.value, 10).count(b'"message"') == 10


def test_conditions_on_what_an_article_lists_count_for_each_element() -> None:
    def cost(filter: str) -> int:
        return _measured("{ articles(first: 1, filter: " + filter + ") { totalCount } }").cost

    plain = cost('{title: {contains: "x"}}')
    assert cost('{topics: {every: {name: {contains: "x"}}}}') - plain == 4
    assert cost('{related: {title: {contains: "x"}}}') - plain == 19
    assert cost('{related: {related: {title: {contains: "x"}}}}') - plain == 399


def test_a_heavy_operation_may_ask_for_the_schema_too(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    query = "{ __typename __schema { queryType { name } } articles(first: 100) { nodes { related { nodes { id } } } } }"
    assert list(ask(path, query)) == ["__typename", "__schema", "articles"]
