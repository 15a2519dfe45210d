"""`graph-api doctor`: checks what `serve` would use, and says how to fix what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.text import Text

from graph_api.cli.arguments import database_of
from graph_api.cli.diagnosis import Finding, Weight, findings
from graph_api.cli.options import Sectioned, database, option, paths, settings
from graph_api.cli.program import PROBLEMS
from graph_api.cli.terminal import printable
from graph_api.settings import Settings

_STYLES = {Weight.OK: "green", Weight.WARNING: "bold yellow", Weight.ERROR: "bold red"}


@click.command(
    cls=Sectioned,
    epilog="""
Takes the arguments of `graph-api serve`, and checks the database, folders and settings that it would use.
Changes nothing. An error sets exit code 1; a warning does not.

\b
Examples:
  graph-api doctor articles/
  graph-api doctor --db articles.db --host 0.0.0.0 --workers 4
  graph-api doctor articles/ --output-format json
""",
)
@paths(required=False)
@database("Database file that serve would use. Without it, the cache file of the folders.")
@option(
    "--output-format",
    "Text, or a JSON list of findings.",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@settings()
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], db: str | None, output_format: str, settings: Settings
) -> None:
    """Check database, folders, pages, settings and machine."""
    found = list(findings(paths, database_of(paths, db), settings))
    if output_format == "json":
        click.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for one in found:
            console.print(_line(one))
    if any(one.weight is Weight.ERROR for one in found):
        ctx.exit(PROBLEMS)


def _line(one: Finding) -> Text:
    fix = f"; fix: {one.fix}" if one.fix else ""
    return Text.assemble(
        (f"{one.weight:<8}", _STYLES[one.weight]), printable(f"{one.about:<12}{one.message}{fix}")
    )
