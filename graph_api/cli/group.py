"""A click group that imports only the command that runs, and ends with the documented exit codes."""

from __future__ import annotations

import errno
import importlib
from collections.abc import Mapping
from typing import Any

import click

from graph_api.errors import GraphApiError

PROBLEMS = 1
IMPOSSIBLE = GraphApiError.exit_code
INTERRUPTED = 130


class LazyGroup(click.Group):
    """Lists its commands without importing them; imports the module of the one that is asked for.

    *lazy* maps a command's name to the sentence shown beside it; the command is `command` in the module
    of that name within *package*.
    """

    def __init__(self, *, package: str, lazy: Mapping[str, str], **attributes: Any) -> None:  # click's own
        super().__init__(**attributes)
        self._package = package
        for name, sentence in lazy.items():
            self.add_command(click.Command(name, short_help=sentence))

    def load(self, name: str) -> click.Command:
        """The command itself."""
        command = importlib.import_module(f"{self._package}.{name}").command
        assert isinstance(command, click.Command)
        return command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table, which is the order of use."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for, imported; click calls this to run and to complete it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if name and listed else None, rest

    def invoke(self, ctx: click.Context) -> Any:  # Any: what a command returns is click's business
        """Runs the command. A `GraphApiError` or `OSError` becomes one line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except GraphApiError as error:
            message, code = str(error), error.exit_code
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            message, code = _one_line(error), IMPOSSIBLE
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        click.echo(f"graph-api: {message}", err=True)
        return ctx.exit(code)


def _one_line(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason
