"""Answers are compressed as the client accepts it, and tags, lengths and `Vary` stay right."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import brotli
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from graph_api.server.runtime.compression import Compression
from tests.server.calling import MODERN, PLAIN, call, get, post_body, serving
from tests.store.build import article, graph

LARGE = "{ articles(first: 100) { nodes { title excerpt } } }"
SMALL = "{ revision }"

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = [article(f"a{number}", title=f"Title {number}") for number in range(100)]
    return graph(tmp_path_factory.mktemp("compression") / "graph.sqlite", *articles)


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "br"),
        ("br, gzip, deflate, zstd", "br"),  # Chrome 123 and newer have another order than Node 20
        ("gzip, deflate, br", "br"),
        ("gzip, zstd", "gzip"),
        ("zstd, deflate", "zstd"),
        ("zstd, br;q=0.9, gzip;q=0.8", "zstd"),
        ("gzip;q=0.5, br;q=0.4, identity;q=0.1", "gzip"),
        ("zstd;q=0, br;q=0.0, gzip;q=0.1", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*;q=0.5, zstd", "zstd"),
        ("*", "br"),
    ],
)
@pytest.mark.parametrize("accept", [PLAIN, MODERN])
async def test_large_answers_are_compressed_as_accepted(
    app: Starlette, accepted: str, encoding: str, accept: str
) -> None:
    plain = await get(app, LARGE, accept=accept)
    packed = await get(app, LARGE, accept=accept, headers=[("accept-encoding", accepted)])
    assert packed.headers["content-encoding"] == encoding
    assert len(packed.body) < len(plain.body) / 2
    assert DECODERS[encoding](packed.body) == plain.body
    assert packed.headers["vary"] == plain.headers["vary"] == "accept, accept-encoding"


async def test_a_post_is_compressed_too(app: Starlette) -> None:
    body = b'{"query": "%s"}' % LARGE.encode()
    answer = await post_body(app, body, headers=[("accept-encoding", "gzip")])
    assert b"Title 99" in gzip.decompress(answer.body)


@pytest.mark.parametrize(
    "accepted", ["", "identity", "deflate", "gzip;q=0", "gzip;q=much", "*;q=0", "identity, gzip;q=0.5"]
)
async def test_a_coding_that_is_not_accepted_is_not_used(app: Starlette, accepted: str) -> None:
    answer = await get(app, LARGE, headers=[("accept-encoding", accepted)])
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == f"{len(answer.body)}"
    assert answer.json["data"]


async def test_small_answers_are_sent_as_they_are(app: Starlette) -> None:
    answer = await get(app, SMALL, headers=[("accept-encoding", "gzip, br, zstd")])
    assert "content-encoding" not in answer.headers
    assert answer.data == {"revision": "one"}


async def test_each_encoding_has_its_own_etag_and_all_of_them_match(app: Starlette) -> None:
    tags = [
        (await get(app, LARGE, headers=[("accept-encoding", accepted)])).headers["etag"]
        for accepted in ("identity", "gzip", "br", "zstd")
    ]
    assert len(set(tags)) == 4
    for tag in [*tags, f"W/{tags[1]}", f'"other", {tags[2]}']:
        for accepted in ("identity", "gzip"):
            known = await get(app, LARGE, headers=[("accept-encoding", accepted), ("if-none-match", tag)])
            assert (known.status, known.body) == (304, b"")
            assert known.headers["etag"] in tag, "the tag that the client has"
    assert (await get(app, LARGE, headers=[("if-none-match", '"other-gzip"')])).status == 200


async def test_the_schema_is_compressed(app: Starlette) -> None:
    answer = await call(app, "GET", "/schema.graphql", headers=[("accept-encoding", "br")])
    assert b"type Query" in brotli.decompress(answer.body)


async def test_others_are_served_while_a_large_answer_is_compressed() -> None:
    body = b"{}" * 2_000_000
    turns_between: list[int] = []
    turn = 0

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def others() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def receive() -> Message:
        raise AssertionError("nobody asks")

    async def send(message: Message) -> None:
        del message
        turns_between.append(turn)

    other = asyncio.create_task(others())
    await Compression(large)({"type": "http", "headers": [(b"accept-encoding", b"gzip")]}, receive, send)
    other.cancel()
    assert turn >= 60, "one turn for each piece"
