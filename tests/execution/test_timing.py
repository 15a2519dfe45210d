"""Whether a plan may keep the event loop is told by how fast it ran before."""

from __future__ import annotations

import asyncio

from graph_api.execution.timing import Burst, Pace


def _after(*runs_s: float, cost: int = 1000) -> Pace:
    pace = Pace()
    for took_s in runs_s:
        pace.ran(cost, took_s)
    return pace


def test_a_plan_that_never_ran_holds_when_it_costs_much() -> None:
    assert not Pace().holds(100)
    assert Pace().holds(1000)


def test_a_plan_that_ran_fast_no_longer_holds() -> None:
    assert not _after(0.0005, 0.0005, 0.0005, 0.0005).holds(1000)


def test_one_slow_run_holds_at_once() -> None:
    assert _after(0.0005, 0.0005, 0.0005, 0.0005, 0.01).holds(1000)


def test_a_fast_plan_holds_where_it_costs_far_more() -> None:
    assert _after(*[0.0005] * 9).holds(10_000)


def test_what_costs_nothing_is_measured_too() -> None:
    assert _after(1.0, cost=0).holds(1)


async def test_a_burst_ends_and_what_takes_next_to_nothing_does_not_count() -> None:
    burst = Burst()
    allowed = [burst.allows(0.001) for _ in range(100)]
    assert 0 < sum(allowed) < 20
    assert allowed == sorted(allowed, reverse=True)
    assert all(burst.allows(0.0001) for _ in range(1000))
    await asyncio.sleep(0)
    assert burst.allows(0.001)
