from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from graph_api.documents import CODES

Run = Callable[..., Result]
Terminal = Callable[..., str]

SEEDS = Path(__file__).parents[2] / "seeds"
GOOD = "---\ntitle: Good\nwebUrl: https://example.com/good\n---\n"
BAD = "---\ntitle: Bad\nwebUrl: https://example.com/bad\nquality: high\n---\n"
ODD = "---\ntitle: Odd\nwebUrl: https://example.com/odd\npublishedDateTime: 2023-03-15\n---\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD)
    return folder


def codes(result: Result) -> list[str]:
    return re.findall(r"^\S+ ([EW]\d{3}) ", result.stdout, re.MULTILINE)


def test_the_seeds_are_clean(run: Run) -> None:
    result = run("check", SEEDS, "--strict")
    assert result.exit_code == 0
    graph, summary = result.stdout.splitlines()
    assert re.fullmatch(r"graph: 60 articles \(10 stubs\), 30 topics, (\d+) edges, \1 of them listed", graph)
    assert re.fullmatch(r"no problems in \d+ files", summary)


def test_an_error_ends_with_one_and_shows_the_line(run: Run, folder: Path) -> None:
    (folder / "bad.md").write_text(BAD)
    result = run("check", folder)
    assert result.exit_code == 1
    headline, source, caret = result.stdout.splitlines()[:3]
    assert headline.startswith(f"{folder}/bad.md:4:")
    assert source == "  4 | quality: high"
    assert caret.strip() == "|          ^" or caret.strip() == "| ^"
    assert result.stdout.splitlines()[-1] == "1 error in 2 files"


def test_warnings_end_with_one_only_when_strict(run: Run, folder: Path) -> None:
    (folder / "odd.md").write_text(ODD)
    assert run("check", folder).exit_code == 0
    assert run("check", folder, "--strict").exit_code == 1
    assert run("check", folder, env={"GRAPH_API_STRICT": "1"}).exit_code == 1
    assert codes(run("check", folder)) == ["W202"]


def test_exit_zero_ends_with_zero_whatever_is_found(run: Run, folder: Path) -> None:
    (folder / "bad.md").write_text(BAD)
    assert run("check", folder, "--exit-zero", "--strict").exit_code == 0


def test_problems_come_by_code_the_most_frequent_first_then_by_path_and_line(run: Run, folder: Path) -> None:
    (folder / "b.md").write_text("no front matter")
    for name in "cad":
        (folder / f"{name}.md").write_text("---\ntitle: x\nheat: hot\nquality: high\n---\n")
    found = run("check", folder, "--all").stdout
    assert codes(run("check", folder, "--all")) == ["E104"] * 6 + ["E102"] * 3 + ["E121"]
    places = re.findall(r"^(\S+?) E104 ", found, re.MULTILINE)
    assert places == sorted(places)


def test_three_examples_of_a_code_are_shown_and_the_others_counted(run: Run, folder: Path) -> None:
    for name in "abcde":
        (folder / f"{name}.md").write_text(BAD.replace("/bad", f"/{name}"))
    result = run("check", folder)
    assert codes(result) == ["E104"] * 3
    assert "  … and 2 more E104 (a number must be a whole number); --all shows them\n" in result.stdout
    assert codes(run("check", folder, "--all")) == ["E104"] * 5
    assert orjson.loads(run("check", folder, "--output-format", "json").stdout)["errors"] == 5


def test_json_is_one_object_with_the_same_problems(run: Run, folder: Path) -> None:
    (folder / "bad.md").write_text(BAD)
    (folder / "odd.md").write_text(ODD)
    result = run("check", folder, "--output-format", "json")
    told = orjson.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["files"], told["errors"], told["warnings"]) == (3, 1, 1)
    assert [problem["code"] for problem in told["problems"]] == codes(run("check", folder))


def test_problems_between_files_are_found(run: Run, folder: Path) -> None:
    (folder / "again.md").write_text(GOOD)
    result = run("check", folder, "--strict")
    assert result.exit_code == 1
    assert len(codes(result)) == 1
    assert "good.md" in result.stdout
    assert "again.md" in result.stdout


def test_problems_between_folders_are_found(run: Run, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "again.md").write_text(GOOD)
    assert len(codes(run("check", folder, other))) == 1


def test_a_path_in_two_folders_is_reported_for_both(run: Run, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (folder / "same.md").write_text(BAD)
    (other / "same.md").write_text(BAD.replace("Bad", "Other"))
    (other / "fine.md").write_text(GOOD.replace("good", "fine"))
    found = run("check", folder, other).stdout
    assert f"{folder}/same.md:4:" in found
    assert f"{other}/same.md:4:" in found
    assert found.splitlines()[-1] == "2 errors in 4 files"


def test_a_folder_named_twice_is_checked_once(run: Run, folder: Path) -> None:
    assert run("check", folder, f"{folder}/.").stdout.splitlines()[-1] == "no problems in 1 file"


def test_single_files_are_checked_too(run: Run, folder: Path) -> None:
    (folder / "bad.md").write_text(BAD)
    (folder / "_data" / "topics").mkdir(parents=True)
    topic = folder / "_data" / "topics" / "a.yaml"
    topic.write_text("name: A\n")
    result = run("check", folder / "bad.md", topic)
    assert codes(result) == ["E104"]
    assert result.stdout.endswith("1 error in 2 files\n")


def test_a_folder_of_rejected_files_is_reported_file_by_file(run: Run, folder: Path) -> None:
    (folder / "good.md").write_text(BAD)
    result = run("check", folder)
    assert (result.exit_code, codes(result), result.stderr) == (1, ["E104"], "")


@pytest.mark.parametrize("place", ["missing", "empty"])
def test_nothing_to_check_is_an_error(run: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    result = run("check", tmp_path / place)
    assert (result.exit_code, len(result.stderr.splitlines())) == (3, 1)


def test_every_code_is_explained(run: Run) -> None:
    for code in CODES:
        result = run("check", "--explain", code.lower())
        assert result.exit_code == 0
        assert result.stdout.startswith(code)


def test_an_unknown_code_is_a_usage_error_that_lists_the_codes(run: Run) -> None:
    result = run("check", "--explain", "E999")
    assert result.exit_code == 2
    assert all(code in result.stderr for code in CODES)


def test_no_path_is_a_usage_error(run: Run) -> None:
    assert run("check").exit_code == 2


def test_a_terminal_gets_colours_and_a_bar_by_default(on_a_terminal: Terminal, folder: Path) -> None:
    (folder / "bad.md").write_text(BAD)
    coloured = on_a_terminal("check", folder)
    assert "\x1b[1;31mE104" in coloured
    assert "checking" in coloured
    plain = on_a_terminal("check", folder, env={"NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[\d;]*3\dm", plain)
