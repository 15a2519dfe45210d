"""The published schema under two third-party linters; their configurations explain each exception."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.interop.packages import node, tried, workplace

HERE = Path(__file__).parent
SCHEMA = HERE.parents[2] / "schema" / "schema.graphql"
FAULT = "\ntype fault_type { Field: String }\n"
LINTERS = pytest.mark.parametrize("linter", ["eslint", "graphql-schema-linter"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both linters find their configuration, and the schema."""
    made = workplace(HERE, tmp_path_factory.mktemp("linters") / "place")
    shutil.copy(SCHEMA, made)
    return made


@LINTERS
def test_linters_find_nothing_in_the_schema(place: Path, linter: str) -> None:
    said = node(place, f"node_modules/.bin/{linter}", SCHEMA.name)
    assert "warning" not in said.lower()


@LINTERS
def test_linters_would_find_faults(place: Path, linter: str) -> None:
    (place / "faulty.graphql").write_text(SCHEMA.read_text() + FAULT)
    found = tried(place, f"node_modules/.bin/{linter}", "faulty.graphql")
    assert found.returncode == 1
    assert all(part in found.stdout for part in ("fault_type", "Field"))
