"""What the benchmark says about its figures is true."""

from __future__ import annotations

from tests.bench.answers import Question, differences
from tests.bench.report import markdown
from tests.bench.servers import COLD, TEXTBOOK


def _report(ours_rate: float) -> str:
    sample = {"p50_ms": 1.0, "p99_ms": 2.0, "cpu_ms": 0.5}
    figures = {
        (COLD, "Q2", 1): sample | {"rate": ours_rate},
        (TEXTBOOK, "Q2", 1): sample | {"rate": 10.0},
    }
    question = Question(name="Q2", bodies=[b"{}"], size=100)
    return markdown([question], figures, {COLD: 20.0, TEXTBOOK: 100.0}, rounds=3, seconds=1)


def test_a_ratio_below_its_goal_is_called_missed() -> None:
    assert "| textbook, c=1 | 29x (goal 30: **missed**) |" in _report(ours_rate=290)


def test_a_ratio_that_reaches_its_goal_is_called_met() -> None:
    assert "| textbook, c=1 | 30x (goal 30: met) |" in _report(ours_rate=300)


def test_memory_is_shown_as_a_share_of_the_textbook_server() -> None:
    assert "| ours, cold | 20 | 0.20 (goal 0.3: met) |" in _report(ours_rate=300)


def test_differing_answers_are_told_by_their_place() -> None:
    left = {"nodes": [{"id": "a", "title": "One"}, {"id": "b", "title": "Two"}]}
    right = {"nodes": [{"id": "a", "title": "One"}, {"id": "b", "title": "2"}]}
    assert list(differences(left, right)) == ['.nodes[1].title: "Two" | "2"']


def test_missing_items_are_differences() -> None:
    assert list(differences([1, 2], [1])) == [": [1, 2] | [1]"]
