"""Generated operations on generated graphs: every way through the product agrees to the byte, and with the
graph in plain Python."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings, strategies as st

from graph_api.store.reads import Rights
from tests.execution.operations import Asked, graphs, invalid_operations, operations, rights
from tests.execution.parity import Tally, checked, sdl
from tests.execution.plain import schema
from tests.store.build import AnyNode, graph

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_operations = st.deferred(lambda: operations(schema(sdl())))
_invalid = st.deferred(lambda: invalid_operations(schema(sdl())))


def _checked(nodes: list[AnyNode], seen: Rights, *asked: Asked) -> Tally:
    with TemporaryDirectory() as folder:
        return checked(graph(Path(folder) / "g.db", *nodes), nodes, seen, asked)


def test_generated_operations_are_answered_alike_on_every_way_and_by_the_plain_graph() -> None:
    total = Tally()

    @settings(max_examples=70, suppress_health_check=_SLOW)
    @given(graphs(), rights, st.lists(_operations, min_size=1, max_size=3))
    def answered_alike(nodes: list[AnyNode], seen: Rights, asked: list[Asked]) -> None:
        tally = _checked(nodes, seen, *asked)
        total.refused += tally.refused
        total.compiled += tally.compiled
        total.ordinary += tally.ordinary

    answered_alike()
    assert total.ordinary == 0  # every operation without introspection compiles
    assert total.executed > total.refused  # and most of what is asked is answered


@settings(max_examples=10, suppress_health_check=_SLOW)
@given(graphs(), _invalid)
def test_what_is_not_valid_is_refused_by_both(nodes: list[AnyNode], asked: Asked) -> None:
    tally = _checked(nodes, Rights(), asked)
    assert tally.executed == 0
