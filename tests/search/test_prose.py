"""Markdown as it is indexed: words that readers see, without addresses and tags."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph_api.search import prose


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# Title\n\nSome **bold** and *soft* text.", "Title Some bold and soft text."),
        ('See [the guide](https://example.org/a_(b) "A title").', "See the guide."),
        ("![A chart](chart.png) [ref][one]\n\n[one]: https://example.org", "A chart ref"),
        ("<p class='x'>Hi <b>you</b></p> <!-- no -->", "Hi you"),
        ("<https://example.org> https://example.org/x end", "end"),
        ("Use `a < b` and `list[int]`", "Use a < b and list[int]"),
        ("- one\n- two\n> quoted", "one two quoted"),
        ("[[Some note|its name]] and snake_case", "Some note its name and snake_case"),
        ("| a | b |\n|---|---|\n| c | d |", "a b c d"),
        ("```python\nx = 1\n```", "x = 1"),
    ],
)
def test_what_readers_do_not_see_is_left_out(markdown: str, expected: str) -> None:
    assert prose(markdown).split() == expected.split()


@given(st.text(alphabet='ab \n`*[]()<>|#-_!:/."', max_size=200))
def test_nothing_is_added_or_moved(markdown: str) -> None:
    kept = prose(markdown)
    assert len(kept) <= len(markdown)
    letters = iter(markdown)
    assert all(sign == " " or sign in letters for sign in kept)


def test_a_long_hostile_text_takes_linear_time() -> None:
    for part in ("[", "](", "<a", "`", "![", "[a]: ", "(" * 5):
        assert len(prose(part * 20_000)) <= len(part) * 20_000
