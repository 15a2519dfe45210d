"""What the benchmark says about its figures is true."""

from __future__ import annotations

from tests.bench.answers import differences
from tests.bench.report import Report, within
from tests.bench.servers import COLD, TEXTBOOK


def _report(ours_rate: float) -> Report:
    sample = {"p50_ms": 1.0, "p99_ms": 2.0, "cpu_ms": 0.5}
    figures = {
        (COLD, "Q2", 1): sample | {"rate": ours_rate},
        (TEXTBOOK, "Q2", 1): sample | {"rate": 10.0},
    }
    return Report({"Q2": 100}, figures, {COLD: 20.0, TEXTBOOK: 100.0}, "3 rounds of 1 s")


def test_a_ratio_below_its_goal_is_called_missed() -> None:
    assert "| textbook, c=1 | 29x (goal 30: **missed**) |" in _report(ours_rate=290).markdown()


def test_a_ratio_that_reaches_its_goal_is_called_met() -> None:
    assert "| textbook, c=1 | 30x (goal 30: met) |" in _report(ours_rate=300).markdown()


def test_each_missed_goal_is_a_line() -> None:
    assert _report(ours_rate=290).misses() == ["missed: ours, cold, Q2, c=1, against textbook: 29x, goal 30x"]
    assert _report(ours_rate=300).misses() == []


def test_the_readme_is_given_the_ratios_between_its_marks() -> None:
    text = "a\n<!-- bench -->\nbefore\n<!-- /bench -->\nb\n"
    made = within(text, _report(ours_rate=300).summary())
    assert "| textbook, c=1 | 30x |" in made
    assert "before" not in made
    assert (made[:2], made[-3:]) == ("a\n", "\nb\n")


def test_memory_is_shown_as_a_share_of_the_textbook_server() -> None:
    assert "| ours, cold | 20 | 0.20 (goal 0.3: met) |" in _report(ours_rate=300).markdown()


def test_differing_answers_are_reported_by_path() -> None:
    left = {"nodes": [{"id": "a", "title": "One"}, {"id": "b", "title": "Two"}]}
    right = {"nodes": [{"id": "a", "title": "One"}, {"id": "b", "title": "2"}]}
    assert list(differences(left, right)) == ['.nodes[1].title: "Two" | "2"']


def test_missing_items_are_differences() -> None:
    assert list(differences([1, 2], [1])) == [": [1, 2] | [1]"]
