"""Imports between rooms follow the contracts, and tests stand where their module does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MODULES = TESTS.parent / "graph_api"


def test_imports_follow_the_contracts() -> None:
    # in a process of its own, since import-linter silences every logger that is there before it
    words = (
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    )
    done = subprocess.run([*words, "--no-cache", "--no-logo"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: str(path.relative_to(TESTS))
)
def test_a_test_file_is_named_after_a_module_or_says_what_it_is_about(path: Path) -> None:
    module = MODULES / path.relative_to(TESTS).with_name(path.name.removeprefix("test_"))
    if not module.exists() and not module.with_suffix("").is_dir():
        assert ast.get_docstring(ast.parse(path.read_text()))
