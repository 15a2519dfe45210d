"""A server under load and abuse: every answer has one revision, and all resources are released."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from graph_api.ingest import ingest
from tests.cli.test_serve import Server, serving
from tests.cli.test_workers import PATIENCE_S, until
from tests.ingest.build import markdown, write_folder

_NAMES = [f"n{number}" for number in range(30)]
_WHOLE = "{ revision articles(first: %d) { totalCount nodes { category related(first: 5) { nodes { category } } } } }"
_ROUNDS = 8


def folder_of(place: Path, category: str) -> Path:
    """A folder of articles that all have this category and list each other."""
    pairs = zip(_NAMES, [*_NAMES[1:], _NAMES[0]], strict=True)
    return write_folder(
        place,
        {
            f"{name}.md": markdown(name, related=[other]).replace("category: news", f"category: {category}")
            for name, other in pairs
        },
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "site", "c0")


@pytest.fixture
def database(site: Path, tmp_path: Path) -> Path:
    ingest([site], tmp_path / "graph.sqlite")
    return tmp_path / "graph.sqlite"


@pytest.fixture
def server(database: Path, tmp_path: Path) -> Iterator[Server]:
    with serving("--db", database, "--reader-connections", "2", cache=tmp_path) as served:
        yield served


def asked(server: Server, query: str) -> tuple[dict[str, str], dict[str, object]]:
    """The headers and data of an answer."""
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE_S)) as connection:
        connection.request("GET", f"/graphql?query={quote(query)}")
        response = connection.getresponse()
        told = json.load(response)
        assert "errors" not in told, told
        return dict(response.getheaders()), told["data"]


def test_while_content_changes_every_answer_is_of_one_revision(
    server: Server, site: Path, database: Path
) -> None:
    over = threading.Event()
    seen: set[tuple[str, str]] = set()

    def ask_on(size: int) -> int:
        answers = 0
        while not over.is_set():
            headers, data = asked(server, _WHOLE % (size + answers % 7))
            found = set(_categories(data))
            assert len(found) == 1, "one answer holds two kinds of content"
            assert headers["graph-revision"] == data["revision"]
            seen.add((str(data["revision"]), found.pop()))
            answers += 1
        return answers

    with ThreadPoolExecutor(4) as clients:
        askers = [clients.submit(ask_on, size) for size in (1, 8, 15, 22)]
        try:
            for number in range(1, _ROUNDS):
                ingest([folder_of(site, f"c{number}")], database)
                until(partial(_has_more, seen, number, askers))
        finally:
            over.set()
        assert all(asker.result() for asker in askers)
    assert len(seen) == _ROUNDS, "each revision was seen, and each has one content"


def _has_more(seen: set[tuple[str, str]], than: int, askers: list[Future[int]]) -> bool:
    return len(seen) > than or any(asker.done() for asker in askers)


def _shows(server: Server, category: str) -> bool:
    return category in set(_categories(asked(server, _WHOLE % 30)[1]))


def _categories(data: dict[str, object]) -> Iterator[str]:
    articles = data["articles"]
    assert isinstance(articles, dict)
    for node in articles["nodes"]:
        yield node["category"]
        yield from (other["category"] for other in node["related"]["nodes"])


def test_descriptors_and_readers_come_back_after_abuse(server: Server, site: Path, database: Path) -> None:
    asked(server, _WHOLE % 30)
    before = files_of(server)
    for number in range(1, 4):
        for _ in range(40):
            hang_up(server, b"GET /graphql HTTP/1.1\r\nhost: x\r\n")
            hang_up(server, f"GET /graphql?query={quote(_WHOLE % 30)} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        if number == 3:
            database.unlink()
        ingest([folder_of(site, f"c{number}")], database)
        until(partial(_shows, server, f"c{number}"))
    until(lambda: not files_of(server) - before)
    for _ in range(10):
        asked(server, _WHOLE % 30)
    assert server.end(signal.SIGTERM) == (0, "")


def hang_up(server: Server, begun: bytes) -> None:
    """A client sends this and resets its connection."""
    parts = urlsplit(server.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=PATIENCE_S) as client:
        client.sendall(begun)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def files_of(server: Server) -> Counter[str]:
    """The open files of the server by name, and the number of its sockets."""
    found: Counter[str] = Counter()
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has been closed meanwhile
            found[str(file.readlink()).partition(":")[0]] += 1
    return found
