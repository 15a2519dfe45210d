"""`graph-api key`: a new API key for somebody, and the entry by which a server knows it."""

from __future__ import annotations

import click

from graph_api.cli.options import option
from graph_api.server.access import Scope, new_key, parse_scopes


@click.command(
    epilog="""
The key goes to stderr and to whoever is to use it, the entry to stdout and into the server's file: the
entry does not tell the key. A line taken out of the file ends its key within a second.

\b
Scopes:
  read         ask about what is published
  unpublished  ... and about what is marked published: false
  secured      ... with secured payloads, where the server exposes them
  metrics      read /metrics

\b
Examples:
  graph-api key newsroom --scopes read+unpublished >> keys.txt
  graph-api key dashboard --scopes metrics
"""
)
@click.argument("name", metavar="NAME")
@option(
    "--scopes",
    "What the key opens, joined by +.",
    metavar="SCOPES",
    default=Scope.READ.value,
    show_default=True,
)
def command(name: str, scopes: str) -> None:
    """Make an API key, and the entry by which a server knows it."""
    key, kept = new_key(name, parse_scopes(scopes, "--scopes"))
    click.echo(kept.entry)
    click.echo(key, err=True)
