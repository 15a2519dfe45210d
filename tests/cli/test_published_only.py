"""With --published-only, commands that read a database hide the same content as the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from graph_api.graph.export import GraphFormat
from tests.ingest.build import fill
from tests.schema.test_hidden import MARK, folder

Run = Callable[..., Result]

QUERY = "{ articles { totalCount nodes { title body related { totalCount } provider { name otherNames } } } }"
PROBLEMS = "{ contentReport { articles stubs problems { nodes { message path } } } }"


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One of all documents, one of those that are not hidden."""
    made = tmp_path_factory.mktemp("published")
    for name, whole in (("whole", True), ("shown", False)):
        fill(made / name, {"/articles": folder(whole=whole)})
    return made / "whole", made / "shown"


@pytest.mark.parametrize(
    "command",
    [
        ("query", QUERY),
        ("query", PROBLEMS),
        ("explain", QUERY),
        ("explain", PROBLEMS),
        *(
            (
                "export",
                "--via",
                "related",
                "--via",
                "topic",
                "--via",
                "provider",
                "--format",
                each.name.lower().replace("_", "-"),
            )
            for each in GraphFormat
        ),
    ],
    ids=" ".join,
)
def test_what_is_hidden_changes_nothing(
    run: Run, databases: tuple[Path, Path], command: tuple[str, ...]
) -> None:
    results = [run(*command, "--published-only", "--db", database) for database in databases]
    told = [re.sub(r"[0-9.]+ ms", "", result.stdout) for result in results]
    assert [result.exit_code for result in results] == [0, 0]
    assert told[0] == told[1] != ""
    assert MARK not in told[0].lower()


@pytest.mark.parametrize(
    "command", [("query", QUERY), ("export", "--format", "node-link-json")], ids=" ".join
)
def test_without_it_what_is_hidden_is_there(
    run: Run, databases: tuple[Path, Path], command: tuple[str, ...]
) -> None:
    assert MARK in run(*command, "--db", databases[0]).stdout
