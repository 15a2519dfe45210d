"""`graph-api explain` shows the plan, the reads and the cost that the operation really has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from graph_api.cli.explain import command
from tests.store.build import article, graph

Run = Callable[..., Result]


def test_the_plan_its_reads_and_their_sql_are_shown(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"], provider="p.org"))
    result = CliRunner().invoke(
        command,
        ["{ articles(first: 5) { totalCount nodes { title provider { name } } } }", "--db", str(path)],
    )
    assert result.exit_code == 0, result.output
    assert "provider  batch articles.provider" in result.output
    assert "Reads: 4, in one transaction" in result.output
    assert "ORDER BY a.published_us DESC, a.key LIMIT 6" in result.output
    assert re.search(r"cost +11 of 50,000", result.output)


def test_an_operation_that_is_refused_is_a_problem_not_a_plan(tmp_path: Path, run: Run) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    result = run("explain", "{ articles(first: 101) { totalCount } }", "--db", path)
    assert result.exit_code == 1
    assert "first must be between 0 and 100; got 101" in result.output
