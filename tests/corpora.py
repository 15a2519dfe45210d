"""Corpora and examples in `../shared`, beside the repository and never committed.

Without that folder, tests that need it are skipped; in CI they fail, unless GRAPH_API_TEST_WITHOUT_SHARED is set.
"""

from __future__ import annotations

import os
import tarfile
from functools import cache
from pathlib import Path

import pytest

from tests.cached_folder import cached_folder

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(*parts: str) -> Path:
    """The path of a file in `../shared`. Skips the test if it does not exist; fails it in CI."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"../shared/{'/'.join(parts)} is not there"
        in_ci = os.environ.get("CI", "").lower() in {"1", "true"}
        if in_ci and not os.environ.get("GRAPH_API_TEST_WITHOUT_SHARED"):
            pytest.fail(f"{reason}, and CI needs it")
        pytest.skip(reason)
    return path


@cache
def corpus(name: str) -> Path:
    """The folder `azure` of a corpus (`azure-dev` or `azure-mini`), unpacked once for all test runs."""
    archive = shared_path("corpus", f"{name}.tar.xz")

    def unpack(folder: Path) -> None:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")

    return cached_folder(name, archive.read_bytes(), unpack) / "azure"
