"""`graph-api key`: creates an API key, and the entry for the server's key file."""

from __future__ import annotations

import click

from graph_api.cli.options import option
from graph_api.server.access import Scope, new_key, parse_scopes


@click.command(
    epilog="""
The key is printed to stderr: give it to its user. The entry is printed to stdout: append it to the file that
--keys-file of the server names. The entry holds a hash, from which the key cannot be computed. Deleting the
line revokes the key within a second.

\b
Scopes:
  read         read what is published
  unpublished  ... and what is marked published: false
  secured      ... and secured payloads, if the server has --expose-secured
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
    "Scopes of the key, joined by +.",
    metavar="SCOPES",
    default=Scope.READ.value,
    show_default=True,
)
def command(name: str, scopes: str) -> None:
    """Create an API key, and the entry for the server's key file."""
    key, kept = new_key(name, parse_scopes(scopes, "--scopes"))
    click.echo(kept.entry)
    click.echo(key, err=True)
