"""`graph-api generate`: writes a folder of synthetic articles."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from graph_api.cli import generator
from graph_api.cli.options import option
from graph_api.cli.terminal import counted, progress


@click.command(
    epilog="""
\b
Examples:
  graph-api generate 1000 made-up/
  graph-api generate 100000 many/ --seed 7 --max-related 40
"""
)
@click.argument("count", metavar="N", type=click.IntRange(min=1))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@option("--seed", "The same seed writes the same files.", type=int, default=0, show_default=True)
@option(
    "--max-related",
    "Most related articles per article; without it, all articles of the same story.",
    metavar="COUNT",
    type=click.IntRange(min=0),
)
def command(count: int, folder: Path, seed: int, max_related: int | None) -> None:
    """Write a folder of synthetic articles."""
    with progress("writing", "articles") as advanced:
        made = generator.write(count, folder, seed=seed, max_related=max_related, progress=advanced)
    click.echo(
        f"{counted(made.articles, 'article')} of {counted(made.providers, 'provider')} with {made.related:,} related,"
        f" {made.bytes / 1e6:,.1f} MB; graph-api serve {shlex.quote(str(folder))} serves them"
    )
