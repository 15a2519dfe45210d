"""`graph-api serve --help-limits`: what bounds a request, as it would hold now."""

from __future__ import annotations

from click.testing import CliRunner

from graph_api.cli.serve import command
from graph_api.settings import table, variable


def test_every_limit_is_shown_with_the_value_that_would_hold() -> None:
    result = CliRunner().invoke(command, ["--help-limits"], env={"GRAPH_API_MAX_DEPTH": "7"})
    assert result.exit_code == 0
    shown = {line.split()[0]: line.split()[1] for line in result.output.splitlines()}
    limits = {variable(one.name): str(one.default) for one in table() if one.metadata["group"] == "limits"}
    assert shown == limits | {"GRAPH_API_MAX_DEPTH": "7"}
