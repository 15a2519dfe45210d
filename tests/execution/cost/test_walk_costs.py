"""What walks cost before they are walked: their limits count, wherever they are written."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from graph_api.errors import OperationRefused
from graph_api.execution.cost.measures import measure, schema_lengths
from graph_api.execution.operation_cache import OperationCache, graphql_schema
from graph_api.settings import Settings
from tests.execution.parity import api

ID = "article:4q2m5r3vdkd7cfwe"
PATHS = f'shortestPath(from: "{ID}", to: "{ID}"'


def _cost(query: str, **variables: Any) -> int:
    document = parse(query)
    [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    schema = graphql_schema(api())
    return measure(schema, document, operation, variables, schema_lengths(schema)).cost


def _near(arguments: str, selection: str) -> str:
    return f'{{ article(by: {{id: "{ID}"}}) {{ neighborhood({arguments}) {{ {selection} }} }} }}'


def test_a_walk_costs_its_limit_whatever_is_selected() -> None:
    few, many = (_cost(_near(f"limit: {limit}", "nodeCount")) for limit in (10, 1000))
    assert many - few == 990


@pytest.mark.parametrize(
    "selection", ["nodes { id }", "links { kind }", "hops { depth }", "export(format: DOT)"]
)
def test_what_grows_with_the_limit_costs_by_the_limit(selection: str) -> None:
    few, many = (_cost(_near(f"limit: {limit}", f"nodeCount {selection}")) for limit in (10, 1000))
    assert many - few >= 2 * 990


def test_a_subgraph_of_the_most_nodes_is_admitted_with_its_links() -> None:
    OperationCache(api(), Settings()).prepared(
        "{ subgraph(limit: 5000) { nodes { id } links { kind position } linkCount truncated } }", {}, None
    )


def test_the_limit_of_paths_counts_where_it_stands_in_the_options() -> None:
    by_default = _cost(f"{{ {PATHS}) {{ found }} }}")
    assert by_default == _cost(f"{{ {PATHS}, options: {{limit: 5}}) {{ found }} }}") - 1
    assert _cost(f"{{ {PATHS}, options: {{limit: 100}}) {{ found }} }}") > 10 * by_default


@pytest.mark.parametrize(
    ("declared", "options", "variables"),
    [
        ("$n: Int", "{limit: $n}", {"n": 50}),
        ("$n: Int = 50", "{limit: $n}", {}),
        ("$o: PathOptions", "$o", {"o": {"limit": 50}}),
        ("$o: PathOptions = {limit: 50}", "$o", {}),
    ],
)
def test_a_limit_in_a_variable_costs_what_it_costs_as_a_literal(
    declared: str, options: str, variables: dict[str, Any]
) -> None:
    literal = f"{{ {PATHS}, options: {{limit: 50}}) {{ paths {{ length }} }} }}"
    variable = f"query ({declared}) {{ {PATHS}, options: {options}) {{ paths {{ length }} }} }}"
    assert _cost(variable, **variables) == _cost(literal)


def test_an_operation_admitted_with_small_options_is_measured_again_with_large_ones() -> None:
    preparation = OperationCache(api(), Settings(max_cost=1500))
    query = f"query ($o: PathOptions) {{ {PATHS}, options: $o) {{ found }} }}"
    preparation.prepared(query, {"o": {"limit": 5}}, None)
    with pytest.raises(OperationRefused):
        preparation.prepared(query, {"o": {"limit": 100}}, None)


@pytest.mark.parametrize("selection", ["nodeCount", "truncated", "export(format: DOT)"])
def test_walks_from_each_of_many_articles_are_refused(selection: str) -> None:
    query = f"""{{ article(by: {{id: "{ID}"}}) {{ related(first: 100) {{ nodes {{
      neighborhood(limit: 1000) {{ {selection} }} }} }} }} }}"""
    with pytest.raises(OperationRefused) as refused:
        OperationCache(api(), Settings()).prepared(query, {}, None)
    [error] = refused.value.errors
    assert error["extensions"]["limit"] == "cost"
