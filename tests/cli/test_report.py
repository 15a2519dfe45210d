from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from graph_api.cli.report import EXCERPT_WIDTH, Checked, as_json, excerpt, lines, summary
from graph_api.cli.terminal import printable
from graph_api.records import Problem, Severity


def problem(message: str = "quality must be a number", **fields: object) -> Problem:
    values: dict[str, object] = {
        "code": "E104",
        "severity": Severity.ERROR,
        "message": message,
        "hint": None,
        "path": "a.md",
        "line": 3,
        "column": 10,
    }
    return Problem(**(values | fields))  # type: ignore[arg-type] # any field


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


def test_a_deleted_file_has_no_excerpt(tmp_path: Path) -> None:
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


def test_json_has_the_fields_of_the_text(file: Path) -> None:
    told = orjson.loads(as_json(Checked(files=1, problems=[(file, problem(hint="write quality: 50"))])))
    assert told == {
        "files": 1,
        "errors": 1,
        "warnings": 0,
        "leftOut": {},
        "readFrom": [],
        "unusedKeys": {},
        "deadLinks": [],
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


TEXT = "---\ntitle: A\nquality: high\n---\n"


def test_the_caret_stands_under_the_column() -> None:
    shown, caret = excerpt(TEXT, 3, 10)
    assert shown == "3 | quality: high"
    assert shown[caret.index("^")] == "h"


def test_the_caret_may_stand_at_the_end_of_the_line() -> None:
    shown, caret = excerpt("title:", 1, 7)
    assert caret.index("^") == len(shown)


def test_without_a_column_there_is_no_caret() -> None:
    assert excerpt(TEXT, 2, None) == ["2 | title: A"]


def test_a_line_that_does_not_exist_has_no_excerpt() -> None:
    assert excerpt(TEXT, 99, 1) == []
    assert excerpt(TEXT, 0, 1) == []


def test_wide_characters_move_the_caret_by_their_cells() -> None:
    shown, caret = excerpt("人工智能: x", 1, 7)
    assert caret.index("^") == cell_len(shown[: shown.index("x")])


def test_tabs_and_windows_line_ends_keep_columns_aligned() -> None:
    shown, caret = excerpt("a\tb: c\r\n", 1, 6)
    assert shown[caret.index("^")] == "c"


def test_a_long_line_is_cut_around_the_column() -> None:
    shown, caret = excerpt("x" * 500 + "!" + "y" * 500, 1, 501)
    assert shown[caret.index("^")] == "!"
    assert len(shown) <= EXCERPT_WIDTH + 10


def test_what_a_terminal_would_act_on_is_not_passed_on() -> None:
    assert printable("\x1b[2Jgone \u202e\tx") == "\ufffd[2Jgone \ufffd x"


@given(st.text(), st.integers(-1, 5), st.none() | st.integers(1, 300))
def test_any_text_and_place_gives_printable_lines(text: str, line: int, column: int | None) -> None:
    assert all(shown.isprintable() for shown in excerpt(text, line, column))
