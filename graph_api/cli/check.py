"""`graph-api check`: a linter for articles."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem
from rich.console import Console

from graph_api.cli.group import PROBLEMS
from graph_api.cli.options import option, paths
from graph_api.cli.problems import checked
from graph_api.cli.report import Checked, as_json, lines
from graph_api.documents import CODES
from graph_api.errors import UsageError
from graph_api.records import Severity


def _codes(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    del ctx, parameter
    return [CompletionItem(code) for code in CODES if code.startswith(incomplete.upper())]


@click.command(
    epilog="""
PATHs are folders, or single files. Nothing is written. An error (E...) leaves the file out of the graph
and ends with exit code 1; a warning (W...) does so only with --strict.

\b
Examples:
  graph-api check articles/
  graph-api check articles/_news/2023-03-15-a-story.md --strict
  graph-api check articles/ --output-format json --exit-zero
  graph-api check --explain E104
"""
)
@paths(required=False)
@option(
    "--output-format",
    "Text for people, or one JSON object with files, errors, warnings and problems.",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@option("--strict", "Warnings too end with exit code 1.", is_flag=True)
@option("--exit-zero", "End with exit code 0 whatever is found.", is_flag=True)
@option(
    "--explain",
    "Tell what a code means and what to do, and check nothing.",
    metavar="CODE",
    shell_complete=_codes,
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output_format: str,
    strict: bool,
    exit_zero: bool,
    explain: str | None,
) -> None:
    """Check articles as a linter does: path:line:column, code, message, hint."""
    if explain is not None:
        click.echo(_explained(explain))
        return
    if not paths:
        raise UsageError("name a folder or file to check, or --explain CODE")
    found = checked(paths)
    _print(found, output_format)
    if not exit_zero and _fails(found, strict=strict):
        ctx.exit(PROBLEMS)


def _print(found: Checked, output_format: str) -> None:
    if output_format == "json":
        click.echo(as_json(found))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in lines(found):
        console.print(line)


def _fails(found: Checked, *, strict: bool) -> bool:
    return bool(found.problems) if strict else found.count(Severity.ERROR) > 0


def _explained(code: str) -> str:
    known = CODES.get(code.upper())
    if known is None:
        raise UsageError(f"there is no code {code}; the codes are {', '.join(CODES)}")
    return known.explanation.rstrip()
