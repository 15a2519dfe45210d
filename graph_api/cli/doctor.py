"""`graph-api doctor`: what is wrong, and what mends it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.text import Text

from graph_api.cli.content import location
from graph_api.cli.diagnosis import Finding, Weight, findings
from graph_api.cli.excerpt import printable
from graph_api.cli.group import PROBLEMS
from graph_api.cli.options import Sectioned, database, option, paths, settings
from graph_api.settings import Settings

_STYLES = {Weight.OK: "green", Weight.WARNING: "bold yellow", Weight.ERROR: "bold red"}


@click.command(
    cls=Sectioned,
    epilog="""
Call it as you call serve: what is checked is the database, the folders and the settings that serve would
use. Nothing is changed. An error ends with exit code 1; a warning does not.

\b
Examples:
  graph-api doctor articles/
  graph-api doctor --db articles.db --host 0.0.0.0 --workers 4
  graph-api doctor articles/ --output-format json
""",
)
@paths(required=False)
@database("Database file that serve would be given. Without it, the cache file of the folders.")
@option(
    "--output-format",
    "Text for people, or a JSON list of findings.",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@settings()
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], db: str | None, output_format: str, settings: Settings
) -> None:
    """Say what is wrong with database, folders, pages, settings and machine. Each line says what mends it."""
    found = list(findings(paths, location(paths, db), settings))
    if output_format == "json":
        click.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for one in found:
            console.print(_line(one))
    if any(one.weight is Weight.ERROR for one in found):
        ctx.exit(PROBLEMS)


def _line(one: Finding) -> Text:
    mend = f"; to mend it: {one.mend}" if one.mend else ""
    return Text.assemble(
        (f"{one.weight:<8}", _STYLES[one.weight]), printable(f"{one.about:<12}{one.told}{mend}")
    )
