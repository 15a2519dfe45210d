"""What surrounds the package: pins, changelog, the fixed top level, hooks."""

from __future__ import annotations

import re
import socket
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parent.parent
TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "constraints.txt",
    "graph_api",
    "pyproject.toml",
    "schema",
    "seeds",
    "tests",
}
CHANGES = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

# Written so that this line does not match itself.
OF_ONE_MACHINE = re.compile(
    r"/(?:w[o]rk|f[a]rm|r[o]ot)/|[.]l[i]brary|pypi[.]org|pythonh[o]sted|registry[.]npm"
)


def tracked() -> list[Path]:
    """The files under version control, relative to the top."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True, text=True)
    return [Path(name) for name in listed.stdout.split("\0") if name]


def pins() -> dict[str, str]:
    """The version that constraints.txt gives for each distribution."""
    lines = (TOP / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(name): pinned for name, _, pinned in (line.partition("==") for line in lines)}


def needed(requirements: Iterable[str], extras: Iterable[str] = ()) -> Iterator[str]:
    """The distributions that these requirements need here, and what those need in turn."""
    for text in requirements:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        yield canonicalize_name(requirement.name)
        yield from needed(_requirements(requirement.name), requirement.extras)


def _requirements(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def declared() -> list[str]:
    """All dependencies in pyproject.toml, optional ones included."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"].values()
    return [*project["dependencies"], *(one for extra in optional for one in extra)]


def test_constraints_pin_every_distribution_that_is_needed() -> None:
    assert set(needed(declared())) - pins().keys() == set(), "make constraints"


def test_constraints_hold_names_and_versions_only() -> None:
    for line in (TOP / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)


def test_what_is_tested_is_what_is_pinned() -> None:
    assert {name: version(name) for name in set(needed(declared()))} == {
        name: pins().get(name) for name in set(needed(declared()))
    }


def test_the_top_level_holds_the_fixed_names_and_dotfiles_only() -> None:
    found = {path.parts[0] for path in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_no_tracked_file_names_a_place_of_one_machine() -> None:
    texts = ((path, (TOP / path).read_text(errors="replace")) for path in tracked() if (TOP / path).is_file())
    found = [(str(path), match.group()) for path, text in texts for match in OF_ONE_MACHINE.finditer(text)]
    assert found == []


def test_tests_reach_no_other_machine() -> None:
    with socket.socket() as outwards, pytest.raises(PermissionError, match="reached for the network"):
        outwards.connect(("192.0.2.1", 9))
    with pytest.raises(PermissionError, match="reached for the network"):
        socket.getaddrinfo("example.com", 80)


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    assert _sections(2)[0] == "[Unreleased]"


def test_releases_in_the_changelog_carry_a_version_and_a_date_newest_first() -> None:
    releases = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", one) for one in _sections(2)[1:]]
    assert all(releases)
    versions = [tuple(map(int, one.groups()[:3])) for one in releases if one]
    assert versions == sorted(versions, reverse=True)


def test_changes_are_grouped_as_keep_a_changelog_says() -> None:
    assert set(_sections(3)) <= CHANGES


def _sections(level: int) -> list[str]:
    return re.findall(rf"^#{{{level}}} (.+)$", (TOP / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_every_hook_is_a_make_target() -> None:
    repositories = yaml.safe_load((TOP / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"] for repository in repositories for hook in repository["hooks"]]
    targets = re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE)
    assert entries
    assert {entry.removeprefix("make ") for entry in entries} <= set(targets)


def test_make_help_names_every_target() -> None:
    makefile = (TOP / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    helped = subprocess.run(["make", "help"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    assert re.findall(r"^make (\w+)", helped, re.MULTILINE) == phony
