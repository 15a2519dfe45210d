"""Files written to be hard to parse: parsing each one ends, and its problems are reported within the limits."""

from __future__ import annotations

import pytest

from graph_api.documents.limits import MAX_TEXT
from tests.documents.hostile import hostile_files
from tests.documents.writing import whole

_SIZE = 300_000


@pytest.mark.parametrize("name", hostile_files())
def test_a_hostile_file_is_a_document_or_says_why_not(name: str) -> None:
    file = hostile_files()[name]
    data = file.data(_SIZE)
    assert _SIZE - 3 * MAX_TEXT < len(data) <= _SIZE or "as many as allowed" in name
    whole(file.parsed_file(data))
