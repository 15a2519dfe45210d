"""The program: its commands, its exit codes, and how an error becomes one line and an exit code."""

from __future__ import annotations

import errno
import importlib
from collections.abc import Mapping
from typing import Any

import click

from graph_api.errors import GraphApiError

PROBLEMS = 1
INTERRUPTED = 130

COMMANDS = {
    "serve": "Serve folders of articles, or a database, as a GraphQL API.",
    "check": "Lint articles: path:line:column, code, message, hint.",
    "heat": "Show where heat and published differ from the editors' rule.",
    "suggest-links": "Suggest relations, and show articles that occur twice.",
    "ingest": "Read folders of articles into a database.",
    "query": "Run one GraphQL operation without a server.",
    "explain": "Show an operation's cost, its plan, its reads and their SQL.",
    "export": "Write the graph, or a part of it, as a file for another program.",
    "schema": "Print, publish or compare the schema.",
    "generate": "Write a folder of synthetic articles.",
    "doctor": "Check database, folders, pages, settings and machine.",
    "key": "Create an API key, and the entry for the server's key file.",
    "completion": "Print the completion script for a shell.",
}

EXIT_CODES = """
\b
Exit codes:
  0    success
  1    problems: in the content (check; heat; ingest and suggest-links with
       --strict), in the query, in the published schema (schema --check), or
       an error that doctor found
  2    usage: an option or argument that cannot work
  3    failure: a folder, database or port that cannot be used
  130  interrupted with Ctrl-C
"""

EPILOG = f"""
\b
Examples:
  graph-api serve articles/
  graph-api check articles/
  graph-api query '{{ articles(first: 3) {{ nodes {{ title }} }} }}' articles/

Every option can be set by an environment variable too: --port by GRAPH_API_PORT.
{EXIT_CODES}
"""


class LazyGroup(click.Group):
    """A group that imports only the command that runs, so that `graph-api --help` takes milliseconds.

    *lazy* maps a command's name to its sentence in help; the command is `command` in the module of that name
    within *package*.
    """

    def __init__(self, *, package: str, lazy: Mapping[str, str], **attributes: Any) -> None:  # click's own
        super().__init__(**attributes)
        self._package = package
        for name, sentence in lazy.items():
            self.add_command(click.Command(name, short_help=sentence))

    def load(self, name: str) -> click.Command:
        command = importlib.import_module(f"{self._package}.{name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the table's order; click would sort them by name."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The imported command; click calls this to run a command and to complete its options."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if name and listed else None, rest

    def invoke(self, ctx: click.Context) -> Any:  # Any: click's own
        """Run the command; a `GraphApiError` or `OSError` becomes one line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except GraphApiError as error:
            message, code = str(error), error.exit_code
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly when the reader of a pipe has left
                raise
            message, code = _one_line(error), GraphApiError.exit_code
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        click.echo(f"graph-api: {message}", err=True)
        return ctx.exit(code)


def _one_line(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


@click.group(
    cls=LazyGroup,
    package="graph_api.cli",
    lazy=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="graph-api", prog_name="graph-api")
def program() -> None:
    """A GraphQL API over a graph of related articles, made from a folder of Markdown files."""
