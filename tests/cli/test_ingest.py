from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Terminal = Callable[..., str]

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles and a related one, no problems."""
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "one", "related:\n- title: Three\n  webUrl: https://example.com/three\n")
    write(folder, "two")
    return folder


def write(folder: Path, name: str, more: str = "") -> Path:
    file = folder / f"{name}.md"
    file.write_text(f"---\ntitle: {name.title()}\nwebUrl: https://example.com/{name}\n{more}---\n")
    return file


def ending(result: Result) -> str:
    """The last line without its duration."""
    return re.sub(r" in [\d.]+ s", "", result.stdout.strip())


def test_the_last_line_has_counts_and_changes(run: Run, folder: Path, tmp_path: Path) -> None:
    into = ("--db", tmp_path / "a.db")
    assert ending(run("ingest", folder, *into)) == "3 articles (+3), 1 stub"
    assert ending(run("ingest", folder, *into)) == "3 articles (unchanged), 1 stub"
    write(folder, "four")
    (folder / "two.md").unlink()
    assert ending(run("ingest", folder, *into)) == "3 articles (+1, -1), 1 stub"
    write(folder, "four", "quality: 5\n")
    assert ending(run("ingest", folder, *into)) == "3 articles (1 changed), 1 stub"


def test_a_folder_of_topics_alone_is_new_once_and_then_unchanged(run: Run, tmp_path: Path) -> None:
    topics = tmp_path / "site" / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "azure.yaml").write_text("_id: azure\nname: Azure\n")
    into = (tmp_path / "site", "--db", tmp_path / "a.db")
    assert ending(run("ingest", *into)) == "0 articles, 0 stubs"
    assert ending(run("ingest", *into)) == "0 articles (unchanged), 0 stubs"


def test_problems_are_counted_and_the_line_says_what_shows_them(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    write(folder, "five", "quality: high\n")
    result = run("ingest", folder, "--db", tmp_path / "a.db")
    assert result.exit_code == 0
    assert ending(result) == f"3 articles (+3), 1 stub, 1 error; graph-api check {folder} shows them"


def test_strict_ends_with_one_after_the_graph_is_written(run: Run, folder: Path, tmp_path: Path) -> None:
    write(folder, "five", "quality: high\n")
    assert run("ingest", folder, "--db", tmp_path / "a.db", "--strict").exit_code == 1
    assert run("query", "{ revision }", "--db", tmp_path / "a.db").exit_code == 0
    (folder / "five.md").unlink()
    assert run("ingest", folder, "--db", tmp_path / "a.db", "--strict").exit_code == 0


def test_nothing_is_written_to_stderr_in_a_pipe(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("ingest", folder, "--db", tmp_path / "a.db").stderr == ""


def test_a_bar_is_drawn_on_a_terminal_and_taken_away(on_a_terminal: Terminal, folder: Path) -> None:
    shown = on_a_terminal("ingest", folder)
    assert "reading" in shown
    assert shown.rpartition("\x1b[2K")[2].startswith("3 articles (+3)")


def test_a_folder_with_a_space_is_quoted_in_what_to_type(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "my articles"
    folder.mkdir()
    write(folder, "one")
    write(folder, "two", "quality: high\n")
    assert f"graph-api check '{folder}' shows" in run("ingest", folder).stdout


def test_without_db_each_set_of_folders_has_one_cache_file(run: Run, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for folders in ((folder,), (folder, other), (other, folder)):
        assert run("ingest", *folders).exit_code == 0
    assert len(list((tmp_path / "cache" / "graph-api").glob("*.sqlite"))) == 2


def test_the_variable_names_the_database(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", folder, env={"GRAPH_API_DB": str(tmp_path / "named.db")})
    assert (tmp_path / "named.db").exists()


def test_a_folder_is_needed(run: Run) -> None:
    assert run("ingest").exit_code == 2


@pytest.mark.parametrize("place", ["missing", "empty", "file"])
def test_a_folder_without_documents_cannot_be_ingested(run: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    result = run("ingest", tmp_path / place, "--db", tmp_path / "a.db")
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)


def test_a_place_that_is_no_database_cannot_be_written(run: Run, folder: Path, tmp_path: Path) -> None:
    result = run("ingest", folder, "--db", tmp_path / "missing" / "folder" / "a.db")
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)
