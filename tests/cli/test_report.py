from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from graph_api.cli.report import Checked, as_json, lines, summary
from graph_api.records import Problem, Severity


def problem(message: str = "quality must be a number", **given: object) -> Problem:
    values: dict[str, object] = {
        "code": "E104",
        "severity": Severity.ERROR,
        "message": message,
        "hint": None,
        "path": "a.md",
        "line": 3,
        "column": 10,
    }
    return Problem(**(values | given))  # type: ignore[arg-type] # any field


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: A\nquality: high\n---\n")
    return path


def shown(checked: Checked) -> list[str]:
    return [line.plain for line in lines(checked)]


def test_a_problem_is_a_place_a_code_and_a_message_with_its_source_line_and_hint(file: Path) -> None:
    assert shown(Checked(files=1, problems=[(file, problem(hint="write quality: 50"))])) == [
        f"{file}:3:10 E104 quality must be a number",
        "  3 | quality: high",
        "    |          ^",
        "  write quality: 50",
        "1 error in 1 file",
    ]


def test_a_problem_of_the_whole_file_has_no_line(file: Path) -> None:
    found = shown(Checked(files=1, problems=[(file, problem("no front matter", line=None, column=None))]))
    assert found[0] == f"{file} E104 no front matter"
    assert len(found) == 2


def test_a_file_that_is_gone_has_no_excerpt(tmp_path: Path) -> None:
    assert len(shown(Checked(files=1, problems=[(tmp_path / "gone.md", problem())]))) == 2


def test_what_a_document_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    found = Checked(
        files=1, problems=[(tmp_path / "\x1b[2J.md", problem("not \x1b[31m", hint="\x1b", line=None))]
    )
    assert not any("\x1b" in line for line in shown(found))


def test_the_summary_counts_by_weight() -> None:
    warning = problem(severity=Severity.WARNING)
    found = Checked(files=3500, problems=[(Path("a"), problem()), (Path("a"), warning), (Path("b"), warning)])
    assert summary(found) == "1 error, 2 warnings in 3,500 files"
    assert summary(Checked(files=1, problems=[])) == "no problems in 1 file"


def test_json_tells_what_the_text_tells(file: Path) -> None:
    told = orjson.loads(as_json(Checked(files=1, problems=[(file, problem(hint="write quality: 50"))])))
    assert told == {
        "files": 1,
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "path": str(file),
                "line": 3,
                "column": 10,
                "code": "E104",
                "severity": "error",
                "message": "quality must be a number",
                "hint": "write quality: 50",
            }
        ],
    }
