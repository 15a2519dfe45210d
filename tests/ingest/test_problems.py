"""Problems between documents have codes like all others."""

from __future__ import annotations

import pytest

from graph_api.documents.codes import CODES
from graph_api.ingest import problems
from graph_api.records import Problem


@pytest.mark.parametrize(
    "problem",
    [
        problems.duplicate("a", "b", "article"),
        problems.duplicate("a", "b", "topic"),
        problems.unknown_topic("a", "b"),
        problems.unknown_parent("a", "b"),
        problems.parent_cycle("a", "b"),
        problems.key_collision("a", "b", "c"),
        problems.many_names("a", "b"),
    ],
)
def test_problems_between_documents_are_explained_and_weigh_what_their_code_says(problem: Problem) -> None:
    assert CODES[problem.code].severity is problem.severity
