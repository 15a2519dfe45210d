"""`graph-api` and `python -m graph_api`."""

from __future__ import annotations

from graph_api.cli.program import program


def main() -> None:
    """Run the command line; exits with one of the documented codes."""
    program(prog_name="graph-api")


if __name__ == "__main__":
    main()
