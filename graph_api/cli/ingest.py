"""`graph-api ingest`: reads folders of articles into a database."""

from __future__ import annotations

from pathlib import Path

import click

from graph_api.cli.arguments import database_of, ingested
from graph_api.cli.options import INGESTED, database, option, paths, site_options
from graph_api.cli.program import PROBLEMS
from graph_api.cli.terminal import check_command, counted
from graph_api.documents.site import SiteOptions
from graph_api.ingest import IngestReport


@click.command(
    epilog="""
Only files that changed since the last ingest are read again. Other folders stay in the database. A file
with an error is excluded; `graph-api check` shows the error. With --strict, any problem sets exit code 1;
the graph is written all the same.

\b
Examples:
  graph-api ingest articles/ --db articles.db
  graph-api ingest articles/ more-articles/ --db all.db --strict
  graph-api ingest blog/ --base-url https://example.com/blog/ --map related=see_also
"""
)
@paths(required=True)
@database(INGESTED)
@site_options()
@option("--strict", "Exit with code 1 if any document has a problem.", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], db: str | None, site: SiteOptions, strict: bool
) -> None:
    """Read folders of articles into a database."""
    report = ingested(paths, database_of(paths, db), only=False, site=site)
    click.echo(closing(report, paths))
    if strict and any(report.problems.values()):
        ctx.exit(PROBLEMS)


def closing(report: IngestReport, paths: tuple[Path, ...]) -> str:
    """`3,490 articles (+3,490), 0 stubs, 14 warnings in 9.8 s; graph-api check FOLDER shows them`.

    Where bodies have links, a line before it: `links: 71,000 found, 64,000 resolved`.
    """
    changes = [f"+{report.added:,}" if report.added else "", f"-{report.removed:,}" if report.removed else ""]
    changes += [f"{report.changed:,} changed"] if report.changed else []
    said = ", ".join(filter(None, changes)) or ("" if report.moved else "unchanged")
    parts = [
        f"{counted(report.articles, 'article')}{f' ({said})' if said else ''}",
        counted(report.stubs, "stub"),
        *(counted(number, severity.value) for severity, number in report.problems.items() if number),
    ]
    hint = f"; {check_command(paths)} shows them" if any(report.problems.values()) else ""
    found, resolved = report.links_found, report.links_resolved
    links = f"links: {found:,} found, {resolved:,} resolved\n" if found else ""
    return f"{links}{', '.join(parts)} in {report.seconds:,.1f} s{hint}"
