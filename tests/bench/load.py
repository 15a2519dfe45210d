"""Load on one server from a process of its own: keep-alive connections that ask again as soon as answered.

Run as `python -m tests.bench.load PORT PATH CONNECTIONS SECONDS < BODIES` with one request body a line, and one path
for all or, separated by commas, one for each; prints one JSON object. Requests are bytes made beforehand and answers are only measured, so that the
client costs little beside the server. What is started is finished and counted, whatever the time.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from itertools import cycle
from time import perf_counter
from typing import cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_STRIDE = 7919  # a prime: connections start far from each other and still ask every body
_STALLED_S = 600


class Load:
    """One measurement: who may still ask, and how long every answer took."""

    def __init__(self, requests: Sequence[bytes], seconds: float) -> None:
        self.requests = requests
        self.seconds = seconds
        self.latencies: list[float] = []
        self.failed = 0
        self.until = 0.0
        self.idle = asyncio.Event()
        self._open = 0

    async def run(self, port: int, connections: int) -> dict[str, float]:
        """Throughput (requests a second), latencies (milliseconds) and what went wrong."""
        loop = asyncio.get_running_loop()
        clients = [Client(self, place * _STRIDE) for place in range(connections)]
        for client in clients:
            await loop.create_connection(lambda one=client: one, "127.0.0.1", port)  # type: ignore[misc] # mypy infers no default
        self._open = connections
        began = perf_counter()
        self.until = began + self.seconds
        for client in clients:
            client.ask()
        await asyncio.wait_for(self.idle.wait(), self.seconds + _STALLED_S)
        return self._figures(perf_counter() - began)

    def done(self) -> None:
        """One connection less; the last one ends the measurement."""
        self._open -= 1
        if not self._open:
            self.idle.set()

    def _figures(self, elapsed: float) -> dict[str, float]:
        ordered = sorted(self.latencies)
        return {
            "requests": len(ordered),
            "failed": self.failed,
            "rate": len(ordered) / elapsed,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
        }


class Client(asyncio.Protocol):
    """One connection with one request under way."""

    transport: asyncio.Transport

    def __init__(self, load: Load, place: int) -> None:
        self._load = load
        self._place = place
        self._began = 0.0
        self._head = b""
        self._missing = 0
        self._finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's does not derive from asyncio's

    def ask(self) -> None:
        """The next request is under way."""
        requests = self._load.requests
        self._place = (self._place + 1) % len(requests)
        self._began = perf_counter()
        self.transport.write(requests[self._place])

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(_END)
            if end < 0:
                return
            self._missing = self._length(self._head[: end + 2]) - (len(self._head) - end - 4)
            self._head = b""
        if self._missing == 0:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self._finished:
            self._load.failed += 1
            self._load.done()

    def _length(self, head: bytes) -> int:
        found = _LENGTH.search(head)
        if found is None:
            raise ValueError(f"the answer does not say how long it is: {head.decode(errors='replace')}")
        self._load.failed += not head.startswith(b"HTTP/1.1 200")
        return int(found[1])

    def _answered(self) -> None:
        now = perf_counter()
        self._load.latencies.append(now - self._began)
        if now < self._load.until:
            self.ask()
        else:
            self._finished = True
            self.transport.close()
            self._load.done()


def requests(path: str, bodies: Sequence[bytes]) -> list[bytes]:
    """The bytes of one POST for each body: to *path*, or to one of several that are separated by commas, in turn."""
    head = b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    paths = cycle(path.encode().split(b","))
    return [head % (one, len(body), body) for one, body in zip(paths, bodies, strict=False)]


def main() -> None:
    """Measures as the command line says."""
    port, path, connections, seconds = sys.argv[1:]
    bodies = sys.stdin.buffer.read().splitlines()

    async def measured() -> dict[str, float]:
        return await Load(requests(path, bodies), float(seconds)).run(int(port), int(connections))

    sys.stdout.write(json.dumps(uvloop.run(measured())))


if __name__ == "__main__":
    main()
