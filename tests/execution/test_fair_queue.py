"""Turns: so many at a time, cheap ones first, each client its share, and nobody sent away unfairly."""

from __future__ import annotations

import asyncio

import pytest

from graph_api.errors import Overloaded
from graph_api.execution.fair_queue import FairQueue, Queues


class Queue:
    """A lane of one that is taken, and those who wait for it."""

    def __init__(self, most_waiting: int = 100) -> None:
        self.lane = FairQueue(1, most_waiting)
        self.order: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        assert self.lane.enter()

    async def wait(self, name: str, cost: int = 1, client: str = "") -> asyncio.Task[None]:
        async def turn() -> None:
            await self.lane.turn(cost, client)
            self.order.append(name)

        task = self.tasks[name] = asyncio.create_task(turn())
        await asyncio.sleep(0)
        return task

    async def run(self) -> list[str]:
        """The order in which those who wait have their turns, each leaving before the next."""
        for _ in self.tasks:
            self.lane.leave()
            for _ in range(3):
                await asyncio.sleep(0)
        return self.order


async def test_no_more_than_its_width_are_in_a_lane() -> None:
    lane = FairQueue(2, 10)
    assert [lane.enter() for _ in range(3)] == [True, True, False]
    lane.leave()
    assert [lane.enter() for _ in range(2)] == [True, False]


async def test_those_who_ask_for_little_come_before_those_who_ask_for_much() -> None:
    queue = Queue()
    for name, cost in (("much", 1000), ("some", 100), ("little", 1)):
        await queue.wait(name, cost, client=name)
    assert await queue.run() == ["little", "some", "much"]


async def test_equal_ones_come_in_order() -> None:
    queue = Queue()
    for number in range(5):
        await queue.wait(f"{number}", 7, client=f"{number}")
    assert await queue.run() == list("01234")


async def test_a_client_with_many_waits_for_itself() -> None:
    queue = Queue()
    for number in range(4):
        await queue.wait(f"greedy {number}", 10, client="greedy")
    await queue.wait("modest", 15, client="modest")
    assert await queue.run() == ["greedy 0", "modest", "greedy 1", "greedy 2", "greedy 3"]


async def test_who_asks_for_much_is_not_passed_for_ever() -> None:
    queue = Queue()
    await queue.wait("much", 50, client="much")
    for number in range(100):
        await queue.wait(f"{number}", 10, client="other")
        queue.lane.leave()
        for _ in range(3):
            await asyncio.sleep(0)
    assert queue.order.index("much") <= 5


async def test_when_the_queue_is_full_the_newest_is_sent_away_if_it_would_be_last() -> None:
    queue = Queue(most_waiting=1)
    await queue.wait("first", 1)
    with pytest.raises(Overloaded, match="too many"):
        await queue.lane.turn(1, "")
    assert await queue.run() == ["first"]


async def test_when_the_queue_is_full_the_dearest_makes_room() -> None:
    queue = Queue(most_waiting=2)
    much = await queue.wait("much", 100, client="a")
    await queue.wait("some", 10, client="b")
    await queue.wait("little", 1, client="c")
    with pytest.raises(Overloaded):
        await much
    del queue.tasks["much"]
    assert await queue.run() == ["little", "some"]


async def test_who_goes_while_waiting_takes_no_turn() -> None:
    queue = Queue(most_waiting=2)
    gone = await queue.wait("gone")
    await queue.wait("stays")
    gone.cancel()
    await asyncio.sleep(0)
    await queue.wait("comes")
    assert await queue.run() == ["stays", "comes"]


async def test_who_goes_when_its_turn_has_come_passes_it_on() -> None:
    queue = Queue()
    gone = await queue.wait("gone")
    await queue.wait("next")
    queue.lane.leave()
    gone.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    assert queue.order == ["next"]
    queue.lane.leave()
    assert queue.lane.enter(), "nothing is lost"


async def test_clients_who_are_done_are_forgotten() -> None:
    queue = Queue(most_waiting=5000)
    for number in range(3000):
        await queue.wait(f"{number}", client=f"{number}")
        queue.lane.leave()
    assert len(queue.lane._tags) <= 1100
    await asyncio.gather(*queue.tasks.values())


def test_light_ones_have_a_lane_of_their_own_and_heavy_ones_half_of_the_readers() -> None:
    queues = Queues(4, 10)
    assert queues.of(500) is queues.of(1) is not queues.of(501)
    assert [queues.of(10_000).enter() for _ in range(3)] == [True, True, False]
    assert [queues.of(1).enter() for _ in range(5)] == [True] * 4 + [False]
    assert Queues(1, 10).of(10_000).enter()
