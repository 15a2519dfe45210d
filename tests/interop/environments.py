"""Separate Python environments for clients whose dependencies conflict with ours; each is created once.

A client's folder holds its `requirements.txt`: every distribution it needs, by name and version.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.cached_folder import cached_folder
from tests.interop.packages import cannot

_INSTALL_S, _RUN_S = 300, 60


def python(place: Path, *words: str) -> str:
    """What Python prints when called with *words* in *place*, in the environment of its `requirements.txt`."""
    environment = _installed(place / "requirements.txt")
    done = subprocess.run(
        [environment / "bin" / "python", *words],
        cwd=place,
        capture_output=True,
        encoding="utf-8",
        timeout=_RUN_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@cache
def _installed(requirements: Path) -> Path:
    source = f"{sys.base_prefix} {sys.version}\n{requirements.read_text()}"
    return cached_folder("python", source.encode(), lambda folder: _install(requirements, folder))


def _install(requirements: Path, folder: Path) -> None:
    _done(["-m", "venv", "--without-pip", str(folder)])
    pip = ["-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-deps"]
    _done([*pip, "--requirement", str(requirements)])


def _done(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, encoding="utf-8", timeout=_INSTALL_S, check=False
    )
    if done.returncode:
        cannot(f"python {' '.join(words)} failed: {done.stderr[-500:]}")
