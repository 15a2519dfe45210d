"""What is given beside the project: corpora, examples, contracts. Read in tests, never committed.

`../shared` is there where the project is developed and in CI; elsewhere tests that need it are skipped.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(*parts: str) -> Path:
    """The path of something in `../shared`; without it the test is skipped, in CI it fails."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"../shared/{'/'.join(parts)} is not there"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{reason}, and CI needs it")
        pytest.skip(reason)
    return path


@cache
def corpus(name: str) -> Path:
    """The folder `azure` of a corpus (`azure-dev` or `azure-mini`), unpacked once for all test runs."""
    archive = shared_path("corpus", f"{name}.tar.xz")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:16]
    folder = _cache_folder() / f"{name}-{digest}"
    if not folder.is_dir():
        _unpack(archive, folder)
    return folder / "azure"


def _cache_folder() -> Path:
    """A folder of this user's for what is costly to make, outside the work tree."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "graph-api-tests"


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks beside *folder* and renames, so that two test runs at once cannot see half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".partial-"))
    with tarfile.open(archive) as tar:
        tar.extractall(partial, filter="data")
    try:
        partial.rename(folder)
    except OSError:  # another run was faster
        shutil.rmtree(partial)
