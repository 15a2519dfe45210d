"""The README shows the samples that are tested, and what is installed for them is pinned by name and version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

INTEROP = Path(__file__).parents[1]
README = (INTEROP / "clients" / "README.md").read_text(encoding="utf-8")
SHOWN = [
    "apollo/articles.mjs",
    "ariadne_codegen/articles.graphql",
    "ariadne_codegen/articles.py",
    "ariadne_codegen/pyproject.toml",
    "codegen/codegen.ts",
    "codegen/src/articles.ts",
    "gql/articles.py",
    "relay/articles.jsx",
    "relay/relay.config.json",
    "sgqlc/articles.py",
    "urql/articles.mjs",
]


@pytest.mark.parametrize("sample", SHOWN)
def test_the_readme_shows_the_sample_that_is_tested(sample: str) -> None:
    text = (INTEROP / "clients" / sample).read_text(encoding="utf-8")
    assert f"\n{text}```\n" in README


def test_every_sample_is_shown() -> None:
    there = (INTEROP / "clients").glob("*/**/articles.*")
    assert {str(one.relative_to(INTEROP / "clients")) for one in there} <= set(SHOWN)


def test_apollo_client_knows_every_type_of_node() -> None:
    schema = (INTEROP.parents[1] / "schema" / "schema.graphql").read_text(encoding="utf-8")
    nodes = ", ".join(
        f'"{name}"' for name in re.findall(r"^type (\w+) implements Node", schema, re.MULTILINE)
    )
    assert f"possibleTypes: {{ Node: [{nodes}] }}" in (INTEROP / "clients/apollo/articles.mjs").read_text()


def test_python_clients_are_pinned_by_name_and_version_alone() -> None:
    lines = [line for file in INTEROP.rglob("requirements.txt") for line in file.read_text().splitlines()]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)] == []


def test_npm_locks_hold_no_addresses() -> None:
    places = (INTEROP.parent, INTEROP.parents[1] / "graph_api")
    files = [file for place in places for file in place.rglob("package-lock.json")]
    locks = [json.loads(file.read_text()) for file in files if "node_modules" not in file.parts]
    packages = [package for lock in locks for package in lock["packages"].values()]
    assert len(locks) >= len(list(INTEROP.rglob("package-lock.json"))) + 2  # peers of benchmarks, pages
    assert packages
    assert {"resolved", "funding"} & {key for package in packages for key in package} == set()
