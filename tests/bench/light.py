"""A light query asked at a steady pace, from a process of its own: how long does it take, whatever others do?

Run as `python -m tests.bench.light PORT SECONDS < BODIES` with one request body a line; prints one JSON
object. A request has its moment: when answers are late, so are those after them, and that counts too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from time import perf_counter

import uvloop

from tests.bench.load import requests

_EVERY_S = 0.01
_CONNECTIONS = 8
_STALLED_S = 30


class Pace:
    """So many connections that share the requests of one pace."""

    def __init__(self, port: int, asked: Sequence[bytes], seconds: float) -> None:
        self._port = port
        self._asked = asked
        self._count = int(seconds / _EVERY_S)
        self._next = 0
        self._began = 0.0
        self._took: list[float] = []
        self._failed = 0

    async def run(self) -> dict[str, float]:
        """Latencies in milliseconds, from the moment that a request was due, and how many had no answer."""
        self._began = perf_counter()
        await asyncio.gather(*(self._connection() for _ in range(_CONNECTIONS)))
        ordered = sorted(self._took)
        return {
            "requests": len(ordered),
            "failed": self._failed,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
            "most_ms": ordered[-1] * 1000,
        }

    async def _connection(self) -> None:
        while self._next < self._count:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                await self._ask(reader, writer)
                writer.close()
            except (OSError, EOFError, TimeoutError):
                self._failed += 1

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._next < self._count:
            place, self._next = self._next, self._next + 1
            due = self._began + place * _EVERY_S
            await asyncio.sleep(due - perf_counter())
            async with asyncio.timeout(_STALLED_S):
                writer.write(self._asked[place % len(self._asked)])
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0]))
            self._failed += not head.startswith(b"http/1.1 200")
            self._took.append(perf_counter() - due)


def main() -> None:
    """Measures as the command line says."""
    port, seconds = sys.argv[1:]
    asked = requests("/graphql", sys.stdin.buffer.read().splitlines())
    sys.stdout.write(json.dumps(uvloop.run(Pace(int(port), asked, float(seconds)).run())))


if __name__ == "__main__":
    main()
