"""Runs the command line in tests: `run("check", "articles")`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from graph_api.cli.program import program

Run: TypeAlias = Callable[..., Result]
Terminal: TypeAlias = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the program in this process; an exception that it does not handle fails the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def runs(*arguments: str | Path, input: str | None = None, env: dict[str, str] | None = None) -> Result:
        result = CliRunner(env=env).invoke(
            program, [*map(str, arguments)], input=input, prog_name="graph-api"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return runs


@pytest.fixture
def on_a_terminal(tmp_path: Path) -> Terminal:
    """Runs the program as a process on a terminal; returns the output of both streams."""

    def runs(*arguments: str | Path, env: dict[str, str] | None = None) -> str:
        ours, theirs = pty.openpty()
        terminal = {"TERM": "xterm-256color", "COLUMNS": "120", "XDG_CACHE_HOME": str(tmp_path / "cache")}
        with subprocess.Popen(
            [sys.executable, "-m", "graph_api", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | terminal | (env or {}),
        ):
            os.close(theirs)
            written = b"".join(iter(lambda: _read(ours), b"")).decode()
            os.close(ours)
            return written

    return runs


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""
