from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_the_requested_number_of_articles_is_written(run: Run, tmp_path: Path) -> None:
    result = run("generate", "30", tmp_path / "made-up", "--seed", "7")
    assert result.exit_code == 0
    assert result.stdout.startswith("30 articles of ")
    assert run("ingest", tmp_path / "made-up", "--strict").stdout.startswith("30 articles (+30), 0 stubs")


def test_a_folder_with_files_stays_unchanged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.md").touch()
    result = run("generate", "3", tmp_path)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.md"]


@pytest.mark.parametrize("arguments", [("0", "x"), ("many", "x"), ("3",), ("3", "x", "--max-related", "-1")])
def test_what_cannot_be_generated_is_a_usage_error(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("generate", *arguments).exit_code == 2
