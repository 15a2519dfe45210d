from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from graph_api.cli.program import COMMANDS, LazyGroup, program
from graph_api.errors import RequestError, SourceError, StoreError, StoreLocked, StoreOutdated, UsageError

Run = Callable[..., Result]


class Failing(LazyGroup):
    """A program of one command, which raises."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(package="nowhere", lazy={"fail": "Fail."}, name="failing")
        self._error = error

    def load(self, name: str) -> click.Command:
        def fail() -> None:
            raise self._error

        return click.Command(name, callback=fail)


@pytest.mark.parametrize(
    ("error", "exit_code", "said"),
    [
        (RequestError("no such field"), 1, "graph-api: no such field\n"),
        (UsageError("port must be 0 to 65535"), 2, "graph-api: port must be 0 to 65535\n"),
        (SourceError("a: no articles"), 3, "graph-api: a: no articles\n"),
        (StoreError("a.db: not a database"), 3, "graph-api: a.db: not a database\n"),
        (StoreOutdated("a.db: outdated"), 3, "graph-api: a.db: outdated\n"),
        (StoreLocked("a.db: locked"), 3, "graph-api: a.db: locked\n"),
        (OSError(errno.ENOSPC, "No space left", "a.db"), 3, "graph-api: a.db: No space left\n"),
        (OSError("cannot"), 3, "graph-api: cannot\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_error_has_its_exit_code_and_one_line(error: BaseException, exit_code: int, said: str) -> None:
    result = CliRunner().invoke(Failing(error), ["fail"])
    assert (result.exit_code, result.stderr, result.stdout) == (exit_code, said, "")


def test_a_mistake_of_ours_is_not_dressed_up() -> None:
    result = CliRunner().invoke(Failing(ZeroDivisionError("ours")), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_every_listed_command_is_there_and_begins_with_its_sentence() -> None:
    for name, sentence in COMMANDS.items():
        command = program.load(name)
        assert (command.help or "").startswith(sentence)


def test_an_unknown_command_is_a_usage_error_that_names_a_near_one(run: Run) -> None:
    result = run("serv")
    assert result.exit_code == 2
    assert "serve" in result.stderr


def test_help_and_version_import_no_command() -> None:
    code = (
        "import sys\n"
        "from graph_api.cli.program import program\n"
        "program(['--help'], prog_name='graph-api', standalone_mode=False)\n"
        "loaded = {'strawberry', 'graphql', 'uvicorn', 'rich', 'numpy', 'starlette'} & set(sys.modules)\n"
        "sys.exit(str(loaded) if loaded else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").stdout.startswith("graph-api, version ")
