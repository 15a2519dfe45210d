"""`graph-api serve` as a process: banner, signals, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result

Run = Callable[..., Result]

SEEDS = Path(__file__).parents[2] / "seeds"
_ENVIRONMENT = {"GRAPH_API_PORT": "0", "GRAPH_API_LOG_LEVEL": "warning"}


@dataclass
class Server:
    process: subprocess.Popen[str]
    screen: str

    @property
    def url(self) -> str:
        found = re.search(r"GraphQL +(\S+)", self.screen)
        assert found, self.screen
        return found[1]

    def ask(self, query: str) -> dict[str, object]:
        with urllib.request.urlopen(f"{self.url}?query={quote(query)}", timeout=30) as answer:
            told: dict[str, object] = json.load(answer)
        return told

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """The exit code after this signal, and the output on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def serving(
    *arguments: str | Path, cache: Path, env: dict[str, str] | None = None, stderr: int = subprocess.PIPE
) -> Iterator[Server]:
    """A server that has printed its banner. By default it logs warnings and errors."""
    with subprocess.Popen(
        [sys.executable, "-m", "graph_api", "serve", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=os.environ | _ENVIRONMENT | {"XDG_CACHE_HOME": str(cache)} | (env or {}),
    ) as process:
        try:
            assert process.stdout is not None
            lines = list(iter(process.stdout.readline, "  Press Ctrl-C to stop.\n"))
            if process.poll() is not None:
                assert process.stderr is not None
                pytest.fail(process.stderr.read())
            yield Server(process, "".join(lines))
        finally:
            process.kill()


def test_a_folder_is_served_until_sigterm_which_ends_with_zero(tmp_path: Path) -> None:
    with serving(SEEDS, cache=tmp_path) as server:
        assert server.ask("{ articles(first: 1) { totalCount } }") == {
            "data": {"articles": {"totalCount": int(content(server)["articles"])}}
        }
        assert server.end(signal.SIGTERM) == (0, "")


def content(server: Server) -> dict[str, str]:
    """The counts on the screen."""
    return {
        thing: number
        for number, thing in re.findall(r"([\d,]+) (articles|stubs|providers|topics)", server.screen)
    }


def test_ctrl_c_is_quiet_and_ends_with_130(tmp_path: Path) -> None:
    with serving(SEEDS, cache=tmp_path) as server:
        assert server.end(signal.SIGINT) == (130, "")


def test_the_banner_has_urls_counts_and_revision(tmp_path: Path) -> None:
    with serving(SEEDS, cache=tmp_path) as server:
        revision = server.ask("{ revision }")["data"]
        assert str(SEEDS) in server.screen
        assert re.search(
            r"Content +\d+ articles \(\d+ stubs\), \d+ providers, \d+ topics, \d+ related", server.screen
        )
        assert f"Revision  {revision['revision']}" in server.screen  # type: ignore[index] # an answer has data
        assert len(server.screen.splitlines()) <= 12


def test_a_database_is_served_as_it_is(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "seeds.db"
    run("ingest", SEEDS, "--db", database)
    with serving("--db", database, cache=tmp_path) as server:
        assert "articles" in server.screen
        assert not (tmp_path / "graph-api").exists(), "nothing was cached"


def test_exactly_the_named_folders_are_served(run: Run, tmp_path: Path) -> None:
    one, other, database = tmp_path / "one", tmp_path / "other", tmp_path / "both.db"
    folder_of_articles(one, "One")
    folder_of_articles(other, "Other")
    run("ingest", one, other, "--db", database)
    with serving(one, "--db", database, cache=tmp_path) as server:
        assert server.ask("{ articles { nodes { title } } }") == {
            "data": {"articles": {"nodes": [{"title": "One"}]}}
        }


def test_an_unreadable_folder_is_served_from_its_last_ingest_with_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    file = folder_of_articles(folder, "One")
    database = tmp_path / "articles.db"
    with serving(folder, "--db", database, cache=tmp_path):
        pass
    file.unlink()
    with serving(folder, "--db", database, cache=tmp_path) as server:
        assert "1 article " in server.screen
        exit_code, said = server.end(signal.SIGTERM)
    assert exit_code == 0
    assert re.match(
        r"\S+Z warning .*articles.*; serving the graph of \d{4}-\d\d-\d\d \d\d:\d\d UTC logger=.*\n", said
    )


def test_without_an_old_graph_an_unreadable_folder_is_the_end(run: Run, tmp_path: Path) -> None:
    result = run("serve", tmp_path / "none", "--port", "0", "--db", tmp_path / "none.db")
    assert result.exit_code == 3
    assert result.stderr.startswith("graph-api: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_port_in_use_is_an_error_before_the_ingest(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", SEEDS, "--port", str(port), "--db", tmp_path / "seeds.db")
    assert (result.exit_code, f"port {port} is in use" in result.stderr) == (3, True)
    assert not (tmp_path / "seeds.db").exists()


def test_nothing_to_serve_is_a_usage_error(run: Run) -> None:
    result = run("serve")
    assert (result.exit_code, result.stderr) == (
        2,
        "graph-api: name a folder of articles, or a database with --db FILE\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "65536"),
        ("--reader-connections", "0"),
        ("--root-path", "articles"),
        ("--trusted-proxies", "me"),
    ],
)
def test_a_setting_that_cannot_work_is_a_usage_error(run: Run, arguments: tuple[str, str]) -> None:
    assert run("serve", SEEDS, *arguments).exit_code == 2


def test_a_variable_that_cannot_work_is_named(run: Run) -> None:
    result = run("serve", SEEDS, env={"GRAPH_API_PORT": "http"})
    assert result.exit_code == 2
    assert "GRAPH_API_PORT" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "everything, unpublished articles too"),
        (("--host", "0.0.0.0", "--published-only"), "everything published"),
        (("--host", "0.0.0.0", "--keys", f"a:read:{'0' * 64}"), ""),
        (("--host", "127.0.0.2"), ""),
    ],
    ids=["open", "published", "keys", "local"],
)
def test_an_open_server_that_others_can_reach_says_so(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    with serving(SEEDS, *arguments, cache=tmp_path) as server:
        _, said = server.end(signal.SIGTERM)
    assert re.fullmatch(
        f"graph-api: no API keys: .* can read {told}; `graph-api key NAME` creates a key\n" if told else "",
        said,
    )


def test_open_shows_the_api_in_the_browser(tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    os.mkfifo(seen)
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n')
    browser.chmod(0o755)
    with serving(SEEDS, "--open", cache=tmp_path, env={"BROWSER": str(browser)}) as server:
        assert seen.read_text() == server.url


def folder_of_articles(folder: Path, title: str) -> Path:
    folder.mkdir()
    file = folder / "2023-03-15-article.md"
    file.write_text(f"---\ntitle: {title}\nwebUrl: https://example.com/{title.lower()}\n---\n")
    return file
