"""A real Redis on a free port: `redis = RedisServer(folder)`, `redis.start()`, `redis.kill()`.

It is the system's (Debian: `apt-get install redis-server`). Without it tests are skipped with the reason; in CI
they fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

_PATIENCE_S = 30


class RedisServer:
    """One that keeps its port when it is started again, and nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._program = _program()
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """It takes connections."""
        where = ["--bind", "127.0.0.1", "--port", f"{self._port}", "--dir", f"{self._folder}"]
        self._process = subprocess.Popen(
            [self._program, *where, "--save", "", "--daemonize", "no"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if "Ready to accept connections" in line:
                return
        pytest.fail(f"redis-server has not started: {said}")

    def kill(self) -> None:
        """It is gone, and what it held too."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=_PATIENCE_S)
            self._process = None


def _program() -> str:
    found = shutil.which("redis-server")
    if found is None:
        reason = "no redis-server is installed"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{reason}; CI needs it")
        pytest.skip(reason)
    return found
