from __future__ import annotations

from hypothesis import given, strategies as st
from rich.cells import cell_len

from graph_api.cli.excerpt import WIDTH, excerpt, printable

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
    assert len(shown) <= WIDTH + 10


def test_what_a_terminal_would_act_on_is_not_passed_on() -> None:
    assert printable("\x1b[2Jgone \u202e\tx") == "\ufffd[2Jgone \ufffd x"


@given(st.text(), st.integers(-1, 5), st.none() | st.integers(1, 300))
def test_any_text_and_place_gives_printable_lines(text: str, line: int, column: int | None) -> None:
    assert all(shown.isprintable() for shown in excerpt(text, line, column))
