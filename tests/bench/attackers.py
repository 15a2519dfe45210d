"""Attacks on one server, each from a process of its own, bounded in connections and time, on 127.0.0.1 only.

Run as `python -m tests.bench.attackers NAME PORT SECONDS < IDS` with the id of an article on each line. All
of an attack comes from another address (127.0.0.2) than the light query that is measured beside it.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from time import monotonic

import uvloop

from tests.bench.bench_admission import attacks as refused_operations

FROM = "127.0.0.2"
_HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
_GET = b"GET /graphql?query=%7Brevision%7D HTTP/1.1\r\nhost: x\r\n"
_NUMBERS = count()  # so that no two operations are the same text

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Attack = Callable[["Target"], Awaitable[None]]


class Target:
    """The server under attack, until the time is over."""

    def __init__(self, port: int, seconds: float, ids: Sequence[str]) -> None:
        self._port = port
        self._until = monotonic() + seconds
        self.ids = ids

    @property
    def is_open(self) -> bool:
        """Whether there is still time."""
        return monotonic() < self._until

    async def connected(self) -> Streams:
        """A new connection."""
        return await asyncio.open_connection("127.0.0.1", self._port, local_addr=(FROM, 0))

    async def repeated(self, connections: int, once: Callable[[Streams], Awaitable[None]]) -> None:
        """*once* again and again, on so many connections at a time, each new when the last has ended."""
        await asyncio.gather(*(self._repeat(once) for _ in range(connections)))

    async def _repeat(self, once: Callable[[Streams], Awaitable[None]]) -> None:
        while self.is_open:
            with suppress(OSError, EOFError, ValueError):
                streams = await self.connected()
                try:
                    await once(streams)
                finally:
                    streams[1].close()

    async def posted(self, connections: int, body: Callable[[], bytes]) -> None:
        """Operations, as fast as they are answered."""

        async def ask(streams: Streams) -> None:
            reader, writer = streams
            while self.is_open:
                text = body()
                writer.write(_HEAD + b"content-length: %d\r\n\r\n" % len(text) + text)
                await _answer(reader)

        await self.repeated(connections, ask)

    async def dripped(self, connections: int, begun: bytes) -> None:
        """Requests that are begun and never finished: a byte a tenth of a second."""

        async def drip(streams: Streams) -> None:
            writer = streams[1]
            writer.write(begun)
            while self.is_open and not writer.is_closing():
                await asyncio.sleep(0.1)
                writer.write(b"x")
                await writer.drain()

        await self.repeated(connections, drip)

    async def flooded(self, connections: int, begun: bytes, piece: bytes) -> None:
        """Bytes without end, until the server ends the connection."""

        async def flood(streams: Streams) -> None:
            writer = streams[1]
            writer.write(begun)
            while self.is_open:
                writer.write(piece)
                await writer.drain()

        await self.repeated(connections, flood)

    async def sent(self, connections: int, what: Callable[[], bytes], *, waits: bool = True) -> None:
        """What is sent whole on a new connection each time; without *waits* it is left at once."""

        async def send(streams: Streams) -> None:
            streams[1].write(what())
            await streams[1].drain()
            if waits:
                async with asyncio.timeout(10):
                    while await streams[0].read(65536):
                        pass

        await self.repeated(connections, send)


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0]))


def _body(query: str, **variables: object) -> bytes:
    """An operation that was never asked before."""
    return json.dumps({"query": f"{query} #{next(_NUMBERS)}", "variables": variables}).encode()


def _post(body: bytes) -> bytes:
    return _HEAD + b"content-length: %d\r\n\r\n" % len(body) + body


def _refused() -> bytes:
    query, variables = random.choice(list(refused_operations().values()))
    try:
        return _body(query, **variables)
    except RecursionError:  # nested deeper than it can be written here
        return _body(query)


def _dearest(target: Target) -> bytes:
    """One of the operations that cost most and are allowed."""
    values = {"id": random.choice(target.ids), "other": random.choice(target.ids), "some": _text()}
    filters = {"many": {"or": [{"title": {"contains": _text()}} for _ in range(100)]}}
    return _body(random.choice(_DEAREST), **values, **filters)


def _text() -> str:
    return f"q{random.randrange(10**6)}"


def _small() -> bytes:
    return _body(f"{{ {_text()}: revision }}")


def _schema() -> bytes:
    fields = "types { name fields { name type { name fields { name } } } }"
    return _body("{ " + " ".join(f"a{n}: __schema {{ {fields} }}" for n in range(3)) + " }")


_GIVEN = "($id: ID!, $other: ID!, $some: String!, $many: ArticleFilter!)"
_USED = "node(id: $id) { id } other: node(id: $other) { id } articles(filter: {or: [$many, {title: {eq: $some}}]})"
_DEAREST = [
    f"query {_GIVEN} {{ {_USED} {{ totalCount }} {dear} }}"
    for dear in (
        "latest: articles(last: 100) { nodes { title body related(first: 100) { nodes { title excerpt } } } }",
        """article(by: {id: $id}) { neighborhood(maxDepth: 6, limit: 1000, direction: BOTH, via: [RELATED, TOPIC])
           { nodeCount links { from { id } to { id } } } }""",
        "allPaths(from: $id, to: $other, options: {maxDepth: 6, direction: BOTH}) { paths { length } }",
        "found: articles(filter: {related: {related: {title: {contains: $some}}}}) { totalCount }",
    )
]
_LARGE = "{ articles(first: 100) { nodes { title body related(first: 50) { nodes { title excerpt } } } } }"
_UPGRADE = (
    b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n"
)

ATTACKS: Mapping[str, Attack] = {
    "headers byte by byte, 300 connections": lambda on: on.dripped(300, _GET + b"x: "),
    "bodies byte by byte, 300 connections": lambda on: on.dripped(
        300, _HEAD + b"content-length: 999\r\n\r\n"
    ),
    "1,500 connections that say nothing": lambda on: on.sent(1_500, lambda: b""),
    "bodies without end": lambda on: on.flooded(
        16, _HEAD + b"content-length: 99999999\r\n\r\n", b"{" * 65_536
    ),
    "chunks without end": lambda on: on.flooded(
        16, _HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n{\r\n" * 10_000
    ),
    "trailers without end": lambda on: on.flooded(
        16, _HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"x: y\r\n" * 10_000
    ),
    "headers without end": lambda on: on.flooded(16, _GET, b"x: y\r\n" * 10_000),
    "garbage": lambda on: on.sent(16, lambda: random.randbytes(2_000)),
    "upgrades": lambda on: on.sent(16, lambda: _GET + _UPGRADE),
    "10,000 requests in one piece": lambda on: on.sent(8, lambda: (_GET + b"\r\n") * 10_000),
    "operations written to be dear to refuse": lambda on: on.posted(16, _refused),
    "small operations, no two alike, 200 connections": lambda on: on.posted(200, _small),
    "questions for the whole schema": lambda on: on.posted(16, _schema),
    "the dearest operations that are allowed": lambda on: on.posted(16, lambda: _dearest(on)),
    "the same, left before they are answered": lambda on: on.sent(
        16, lambda: _post(_dearest(on)), waits=False
    ),
    "large answers that nobody takes, 100 connections": lambda on: on.dripped(
        100, (_post(_body(_LARGE))) * 4
    ),
}


def main() -> None:
    """Attacks as the command line says."""
    name, port, seconds = sys.argv[1:]
    target = Target(int(port), float(seconds), sys.stdin.read().split())

    async def attack() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(float(seconds) + 5):
                await ATTACKS[name](target)

    uvloop.run(attack())


if __name__ == "__main__":
    main()
