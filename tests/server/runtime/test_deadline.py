"""Patience: work ends with its result, at its deadline, or when the client has hung up."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from starlette.types import Message

from graph_api.errors import ClientDisconnected, DeadlineExceeded
from graph_api.server.runtime.deadline import run_with_deadline


class Client:
    """A client that sends *messages* and then stays on the line."""

    def __init__(self, *messages: str) -> None:
        self._messages = list(messages)
        self.asked = 0
        self.is_asked = asyncio.Event()

    async def receive(self) -> Message:
        self.asked += 1
        self.is_asked.set()
        if self._messages:
            return {"type": self._messages.pop(0)}
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


class Work:
    """Work that never ends, and knows whether it was stopped."""

    stopped = False

    async def forever(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise


async def _value(value: Any) -> Any:
    return value


async def test_work_that_is_done_at_once_never_has_its_client_watched() -> None:
    client = Client("http.disconnect")
    assert await run_with_deadline(_value(3), client.receive, 5) == 3
    assert client.asked == 0


async def test_work_whose_client_hangs_up_is_stopped() -> None:
    work = Work()
    with pytest.raises(ClientDisconnected):
        await run_with_deadline(work.forever(), Client("http.request", "http.disconnect").receive, 60)
    assert work.stopped


@pytest.mark.parametrize("deadline_s", [0.01, 0.06])
async def test_work_is_stopped_at_its_deadline(deadline_s: float) -> None:
    work = Work()
    with pytest.raises(DeadlineExceeded):
        await run_with_deadline(work.forever(), Client().receive, deadline_s)
    assert work.stopped


async def test_work_that_fails_fails_with_its_own_error() -> None:
    async def failing() -> None:
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        await run_with_deadline(failing(), Client().receive, 5)


async def test_who_cancels_from_outside_gets_a_cancellation() -> None:
    work = Work()
    task = asyncio.create_task(run_with_deadline(work.forever(), Client().receive, 60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.stopped


async def test_the_task_goes_on_after_it_was_stopped() -> None:
    with pytest.raises(DeadlineExceeded):
        await run_with_deadline(Work().forever(), Client().receive, 0.01)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await run_with_deadline(_value(1), Client().receive, 5) == 1


async def test_nothing_is_left_running() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(ClientDisconnected):
        await run_with_deadline(Work().forever(), Client("http.disconnect").receive, 60)
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_client_that_was_watched_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            client = Client("http.request")
            assert await run_with_deadline(client.is_asked.wait(), client.receive, 60)
            await asyncio.sleep(0)  # the watch ends
        assert gc.collect() == 0
    finally:
        gc.enable()
