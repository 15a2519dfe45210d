"""The rooms of the package keep their order."""

from __future__ import annotations

import subprocess
import sys


def test_imports_between_rooms_keep_every_contract() -> None:
    # in a process of its own, since import-linter silences every logger that is there before it
    words = (
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    )
    done = subprocess.run([*words, "--no-cache", "--no-logo"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
