"""`graph-api completion`: prints the script that completes commands, options, codes and folders in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog="""
\b
Examples:
  eval "$(graph-api completion bash)"                    in ~/.bashrc
  eval "$(graph-api completion zsh)"                     in ~/.zshrc
  graph-api completion fish > ~/.config/fish/completions/graph-api.fish
"""
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell."""
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(ctx.find_root().command, {}, "graph-api", "_GRAPH_API_COMPLETE").source())
