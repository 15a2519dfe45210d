"""The rooms of the package keep their order."""

from __future__ import annotations

from importlinter import cli


def test_imports_between_rooms_keep_every_contract() -> None:
    assert cli.lint_imports(no_cache=True, no_logo=True) == 0, "see the report above, or run lint-imports"
