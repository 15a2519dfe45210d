"""A short run of the fuzzer over files written to be hard to read; `make fuzz` is the long one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

_TOP = Path(__file__).resolve().parents[2]
_RUNS = 2_000


def test_mutations_of_hostile_files_are_read_to_an_end(tmp_path: Path) -> None:
    _needs_atheris()
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    options = (f"-runs={_RUNS}", "-seed=1", f"-artifact_prefix={tmp_path}/", str(inputs))
    run = subprocess.run(
        [sys.executable, "-m", "tests.documents.fuzz", *options],
        cwd=_TOP,
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    )
    assert run.returncode == 0, run.stderr[-5_000:] + run.stdout[-5_000:]
    assert f"Done {_RUNS} runs" in run.stderr


def _needs_atheris() -> None:
    if importlib.util.find_spec("atheris") is None:
        reason = "atheris is not installed: it has wheels for Linux on x86-64, up to Python 3.13"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
