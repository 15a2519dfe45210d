"""The command line, called as a person calls it: `run("check", "articles")`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from graph_api.cli.program import program

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the program in this process; exceptions that it should have answered fail the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def runs(*arguments: str | Path, input: str | None = None, env: dict[str, str] | None = None) -> Result:
        result = CliRunner(env=env).invoke(
            program, [*map(str, arguments)], input=input, prog_name="graph-api"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return runs
