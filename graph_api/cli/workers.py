"""Several processes that answer on one socket, over one database, and one that watches them.

Why not uvicorn's supervisor: it wants an app by name, hears of a dead worker twice a second by asking, and
waits without end for a worker that does not stop. Workers are new processes, not copies: threads and
connections that this one has had are not theirs.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from graph_api.cli.group import INTERRUPTED
from graph_api.errors import StartError

END_S = 9  # after so long a worker that was told to end is killed

Ready = Callable[[], None]
Work = Callable[..., None]

_spawn = multiprocessing.get_context("spawn")


def keep_working(
    work: Work, arguments: tuple[object, ...], listener: socket.socket, count: int, ready: Ready
) -> None:
    """*count* processes have run `work(*arguments, listener, number, ready)` until this one was told to end.

    Numbers count from 0; a worker that dies is replaced, and leaves its number to the next. *ready* is called
    once all can answer. Raises `StartError` for one of the first that dies before it could. Ends the program: with 0
    after SIGTERM, 130 after SIGINT.
    """
    team = _Team(work, (*arguments, listener), count)
    with _signals() as told:
        try:
            team.start()
            number = team.watch(told, ready)
        finally:
            listener.close()  # nobody listens any more when the workers have closed theirs too
            team.end(told)
    sys.exit(INTERRUPTED if number == signal.SIGINT else 0)


class _Team:
    def __init__(self, work: Work, arguments: tuple[object, ...], count: int) -> None:
        self._work = work
        self._arguments = arguments
        self._count = count
        self._workers: dict[SpawnProcess, Connection] = {}
        self._numbers: dict[SpawnProcess, int] = {}
        self._ready: set[SpawnProcess] = set()

    def start(self) -> None:
        for number in sorted(set(range(self._count)) - set(self._numbers.values())):
            ours, theirs = _spawn.Pipe(duplex=False)
            worker = _spawn.Process(target=_worker, args=(theirs, self._work, (*self._arguments, number)))
            worker.start()
            theirs.close()
            self._workers[worker] = ours
            self._numbers[worker] = number

    def watch(self, told: Connection, ready: Ready) -> int:
        """The signal that ended the watch."""
        announced = False
        while True:
            waiting: list[Connection | int] = [
                told,
                *(worker.sentinel for worker in self._workers),
                *self._not_ready(),
            ]
            happened = wait(waiting)
            if told in happened:
                return told.recv_bytes()[0]
            self._hear(happened)
            self._replace(all_could_start=announced)
            if not announced and len(self._ready) == self._count:
                announced = True
                ready()

    def _not_ready(self) -> list[Connection]:
        return [told for worker, told in self._workers.items() if worker not in self._ready]

    def _hear(self, happened: Sequence[object]) -> None:
        for worker, told in self._workers.items():
            if told in happened and worker not in self._ready:
                with contextlib.suppress(EOFError):
                    told.recv_bytes()
                    self._ready.add(worker)

    def _replace(self, *, all_could_start: bool) -> None:
        for worker in [worker for worker in self._workers if not worker.is_alive()]:
            self._workers.pop(worker).close()
            del self._numbers[worker]
            if worker not in self._ready and not all_could_start:
                raise StartError(f"a worker could not start: it ended with exit code {worker.exitcode}")
            self._ready.discard(worker)
        self.start()

    def end(self, told: Connection) -> None:
        """No worker is left. Who is told a second time does not wait for what runs."""
        for worker in self._workers:
            worker.terminate()
        until = time.monotonic() + END_S
        while (
            alive := [worker for worker in self._workers if worker.is_alive()]
        ) and time.monotonic() < until:
            if told in wait([told, *(worker.sentinel for worker in alive)], until - time.monotonic()):
                break
        for worker in self._workers:
            worker.kill()
            worker.join()


@contextlib.contextmanager
def _signals() -> Generator[Connection]:
    reader, writer = _spawn.Pipe(duplex=False)

    def tell(number: int, frame: FrameType | None) -> None:
        del frame
        writer.send_bytes(bytes([number]))

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield reader
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _worker(ready: Connection, work: Work, arguments: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that watches tells the others
    work(*arguments, lambda: ready.send_bytes(b"\n"))
