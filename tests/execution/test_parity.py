"""Generated operations on generated graphs: the compiled plan and Strawberry's executor answer with equal bytes, and
as the reference in plain Python (`plain.py`) does."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings, strategies as st

from graph_api.store.plans import Rights
from tests.execution.operations import UNSHRUNK, Asked, graphs, invalid_operations, operations, rights
from tests.execution.parity import Tally, check_ways, checked, sdl
from tests.execution.plain import schema
from tests.store.build import AnyNode, article, graph, whole

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_operations = st.deferred(lambda: operations(schema(sdl())))
_schema = cache(lambda: build_schema(sdl()))
_whole = st.deferred(lambda: operations(_schema()))
_invalid = st.deferred(lambda: invalid_operations(schema(sdl())))


def _checked(nodes: list[AnyNode], seen: Rights, *asked: Asked) -> Tally:
    with TemporaryDirectory() as folder:
        return checked(graph(Path(folder) / "g.db", *nodes), nodes, seen, asked)


def test_generated_operations_are_answered_alike_on_every_way_and_by_the_plain_graph() -> None:
    total = Tally()

    @settings(max_examples=70, suppress_health_check=_SLOW, phases=UNSHRUNK)
    @given(graphs(), rights, st.lists(_operations, min_size=1, max_size=3))
    def answered_alike(nodes: list[AnyNode], seen: Rights, asked: list[Asked]) -> None:
        total.add(_checked(nodes, seen, *asked))

    answered_alike()
    assert total.executed > total.refused  # and most of what is asked is answered


def test_operations_over_the_whole_schema_are_answered_alike_on_every_way() -> None:
    """Also where the plain graph has no answer: walks, paths and what they tell."""
    total = Tally()

    @settings(max_examples=25, suppress_health_check=_SLOW, phases=UNSHRUNK)
    @given(graphs(), rights, st.lists(_whole, min_size=1, max_size=2))
    def answered_alike(nodes: list[AnyNode], seen: Rights, asked: list[Asked]) -> None:
        with TemporaryDirectory() as folder:
            total.add(asyncio.run(check_ways(graph(Path(folder) / "g.db", *nodes), seen, asked)))

    answered_alike()
    assert total.executed > 0


IN_FRAGMENTS = """query ($all: Boolean!, $no: Boolean!) { revision ...S b: revision ...T }
  fragment S on Query { p: __type(name: "PageInfo") { ...N } }
  fragment N on __Type { fields(includeDeprecated: $all) { name } }
  fragment T on Query { p: __type(name: "PageInfo") { description name @skip(if: $no) kind } ...S c: articles { totalCount } }"""


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ articles { nodes { title } } __schema { queryType { name } } }", {}),
        ('{ __type(name: "Node") { name possibleTypes { name } } articles { totalCount } }', {}),
        ("query ($no: Boolean = false) { revision __schema @include(if: $no) { queryType { name } } }", {}),
        ("query ($n: String!, $f: ArticleFilter) { t: __type(name: $n) { name } articles(filter: $f) { totalCount } }",
         {"n": "Hop", "f": {"title": {"eq": "x"}}}),
        (IN_FRAGMENTS,
         {"all": True, "no": False}),
        ('{ __type(name: "Nothing") { name } __typename }', {}),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_schema_is_answered_beside_the_content(
    query: str, variables: dict[str, object]
) -> None:
    nodes = whole([article("a", related=["b"])])
    tally = _checked(nodes, Rights(), Asked(query, variables))
    assert tally.executed == 8


@settings(max_examples=10, suppress_health_check=_SLOW)
@given(graphs(), _invalid)
def test_what_is_not_valid_is_refused_by_both(nodes: list[AnyNode], asked: Asked) -> None:
    tally = _checked(nodes, Rights(), asked)
    assert tally.executed == 0
