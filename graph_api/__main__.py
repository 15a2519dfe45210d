"""`graph-api` and `python -m graph_api`."""

from __future__ import annotations

from graph_api.cli.program import program


def main() -> None:
    """The command line has run; the process ends with one of the documented exit codes."""
    program(prog_name="graph-api")


if __name__ == "__main__":
    main()
