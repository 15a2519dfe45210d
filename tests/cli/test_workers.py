"""Several workers over one database behave as one server, even if some of them die."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import Result

from tests.cli.test_serve import SEEDS, Server, folder_of_articles, serving
from tests.server.redis_server import RedisServer

Run = Callable[..., Result]
PATIENCE_S = 30


def workers(server: Server) -> set[int]:
    """The worker processes: the children of the supervisor."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell a process's children")
    return {int(child) for child in children.read_text().split() if _works(child)}


def _works(pid: str) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def until(holds: Callable[[], bool]) -> None:
    """Wait until *holds* returns True."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it has not become true"


def revision(server: Server) -> str:
    """Revision and number of articles, as a new connection receives them."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/graphql?query=%7Brevision%20articles%7BtotalCount%7D%7D")
        response = connection.getresponse()
        data = json.load(response)["data"]
        assert response.headers["graph-revision"] == data["revision"]
        return f"{data['revision']} {data['articles']['totalCount']}"
    finally:
        connection.close()


def connected(server: Server) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=PATIENCE_S)


def _lets_in(server: Server) -> bool:
    try:
        connected(server).close()
    except ConnectionError:
        return False
    return True


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Server]:
    with serving(SEEDS, "--workers", "2", cache=tmp_path) as server:
        yield server


def test_workers_answer_and_a_killed_one_comes_back(pair: Server) -> None:
    first = workers(pair)
    assert len(first) == 2
    before = revision(pair)
    killed = min(first)
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(workers(pair) - {killed}) == 2)
    assert revision(pair) == before
    assert pair.end(signal.SIGTERM) == (0, "")
    assert not [pid for pid in first if Path(f"/proc/{pid}").exists() and _works(f"{pid}")]


def test_ctrl_c_ends_all_quietly_with_130(pair: Server) -> None:
    assert pair.end(signal.SIGINT) == (130, "")


def test_workers_stop_when_their_supervisor_dies(pair: Server) -> None:
    left_alone = workers(pair)
    pair.process.kill()
    until(lambda: not any(_works(f"{pid}") for pid in left_alone))


def _answered(server: Server) -> int:
    """The status of an answer on a new connection."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/graphql?query=%7Brevision%7D")
        return connection.getresponse().status
    finally:
        connection.close()


def test_workers_share_a_rate_limit_in_redis(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    try:
        limited = ["--rate-limit", "6", "--rate-limit-storage", redis.url]
        with serving(SEEDS, "--workers", "2", *limited, cache=tmp_path) as server:
            answered = [_answered(server) for _ in range(40)]
            assert server.end(signal.SIGTERM) == (0, "")
    finally:
        redis.kill()
    assert (answered.count(200), answered.count(429)) == (6, 34)


def test_workers_that_count_rates_separately_cause_a_warning_at_start(tmp_path: Path) -> None:
    with serving(SEEDS, "--workers", "2", "--rate-limit", "6", cache=tmp_path) as server:
        _, said = server.end(signal.SIGTERM)
    assert said.startswith(
        "graph-api: each worker counts --rate-limit separately; use --rate-limit-storage redis://"
    )


def test_a_new_ingest_is_seen_by_all_and_never_in_part(run: Run, tmp_path: Path) -> None:
    database, folder = tmp_path / "articles.db", tmp_path / "articles"
    folder_of_articles(folder, "One")
    run("ingest", folder, "--db", database)
    with serving("--db", database, "--workers", "2", cache=tmp_path) as server:
        before = {revision(server) for _ in range(20)}
        (folder / "2023-03-16-two.md").write_text("---\ntitle: Two\nwebUrl: https://example.com/two\n---\n")
        assert run("ingest", folder, "--db", database).exit_code == 0
        until(lambda: all(revision(server) not in before for _ in range(50)))
        after = {revision(server) for _ in range(20)}
    assert (len(before), len(after)) == (1, 1)
    assert next(iter(after)).endswith(" 2")


def test_sigterm_ends_within_ten_seconds_whatever_clients_do(tmp_path: Path) -> None:
    patient = ["--arrival-seconds", "600", "--deadline-seconds", "600"]
    with serving(SEEDS, "--workers", "2", *patient, cache=tmp_path) as server:
        with connected(server) as begun, connected(server) as silent, connected(server) as busy:
            begun.sendall(b"GET /graphql HTTP/1.1\r\nhost:")
            busy.sendall(
                b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
            )
            revision(server)
            server.process.send_signal(signal.SIGTERM)
            assert silent.recv(1) == begun.recv(1) == b"", "who asks nothing is let go at once"
            until(lambda: not _lets_in(server))
            _, said = server.process.communicate(timeout=10)
        assert (server.process.returncode, said) == (0, "")


def test_a_worker_that_cannot_start_is_the_end(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"a": "{ nothing }"}')
    result = run("serve", SEEDS, "--workers", "2", "--trusted-documents", manifest, "--db", tmp_path / "a.db")
    assert (result.exit_code, "manifest.json: a:1:3" in result.stderr) == (3, True)
    assert not (tmp_path / "a.db").exists(), "nothing was read"
