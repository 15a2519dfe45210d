"""Several server processes on one socket and one database, and the process that supervises them.

Why not uvicorn's supervisor: it needs the app by name, polls for dead workers, and waits without limit for a worker
that does not stop. Workers are spawned, not forked: they inherit no threads and no connections.
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

from graph_api.cli.program import INTERRUPTED
from graph_api.errors import StartError

STOP_TIMEOUT_S = 9
"""A worker that has not stopped after this time is killed."""

Ready = Callable[[], None]
WorkerMain = Callable[..., None]

_spawn = multiprocessing.get_context("spawn")


def supervise(
    work: WorkerMain, arguments: tuple[object, ...], listener: socket.socket, count: int, ready: Ready
) -> None:
    """Run `work(*arguments, listener, number, ready)` in *count* processes until a signal arrives.

    A worker that dies is replaced by one with its number, counted from 0. *ready* is called when all workers
    accept requests. Raises `StartError` if a worker dies before that. Exits the program: with 0 after SIGTERM, 130
    after SIGINT.
    """
    supervisor = _Supervisor(work, (*arguments, listener), count)
    with _signals() as received:
        try:
            supervisor.start()
            number = supervisor.watch(received, ready)
        finally:
            listener.close()  # with the workers' copies closed too, clients are refused
            supervisor.stop(received)
    sys.exit(INTERRUPTED if number == signal.SIGINT else 0)


class _Supervisor:
    def __init__(self, work: WorkerMain, arguments: tuple[object, ...], count: int) -> None:
        self._work = work
        self._arguments = arguments
        self._count = count
        self._workers: dict[SpawnProcess, Connection] = {}
        self._numbers: dict[SpawnProcess, int] = {}
        self._ready: set[SpawnProcess] = set()

    def start(self) -> None:
        """Start a worker for each number that has none."""
        for number in sorted(set(range(self._count)) - set(self._numbers.values())):
            ours, theirs = _spawn.Pipe(duplex=False)
            worker = _spawn.Process(target=_worker, args=(theirs, self._work, (*self._arguments, number)))
            worker.start()
            theirs.close()
            self._workers[worker] = ours
            self._numbers[worker] = number

    def watch(self, received: Connection, ready: Ready) -> int:
        """Replace dead workers until a signal arrives; returns its number."""
        announced = False
        while True:
            waiting: list[Connection | int] = [
                received,
                *(worker.sentinel for worker in self._workers),
                *(pipe for worker, pipe in self._workers.items() if worker not in self._ready),
            ]
            happened = wait(waiting)
            if received in happened:
                return received.recv_bytes()[0]
            self._note_ready(happened)
            self._replace_dead(all_started=announced)
            if not announced and len(self._ready) == self._count:
                announced = True
                ready()

    def _note_ready(self, happened: Sequence[object]) -> None:
        for worker, pipe in self._workers.items():
            if pipe in happened and worker not in self._ready:
                with contextlib.suppress(EOFError):
                    pipe.recv_bytes()
                    self._ready.add(worker)

    def _replace_dead(self, *, all_started: bool) -> None:
        for worker in [worker for worker in self._workers if not worker.is_alive()]:
            self._workers.pop(worker).close()
            del self._numbers[worker]
            if worker not in self._ready and not all_started:
                raise StartError(f"a worker could not start: it ended with exit code {worker.exitcode}")
            self._ready.discard(worker)
        self.start()

    def stop(self, received: Connection) -> None:
        """Terminate all workers; kill those left after `STOP_TIMEOUT_S`, or at a second signal."""
        for worker in self._workers:
            worker.terminate()
        until = time.monotonic() + STOP_TIMEOUT_S
        while (
            alive := [worker for worker in self._workers if worker.is_alive()]
        ) and time.monotonic() < until:
            if received in wait([received, *(worker.sentinel for worker in alive)], until - time.monotonic()):
                break
        for worker in self._workers:
            worker.kill()
            worker.join()


@contextlib.contextmanager
def _signals() -> Generator[Connection]:
    """A pipe that receives the number of each SIGINT and SIGTERM as one byte."""
    reader, writer = _spawn.Pipe(duplex=False)

    def send(number: int, frame: FrameType | None) -> None:
        del frame
        writer.send_bytes(bytes([number]))

    before = {number: signal.signal(number, send) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield reader
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _worker(ready: Connection, work: WorkerMain, arguments: tuple[object, ...]) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # a terminal sends Ctrl-C to all; the supervisor stops workers
    work(*arguments, lambda: ready.send_bytes(b"\n"))
