"""What the READMEs say of the code: links, settings, commands, make targets, samples."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import Field
from pathlib import Path

import pytest

from graph_api.cli.program import COMMANDS
from graph_api.settings import table, variable
from tests import readme
from tests.readme import TOP
from tests.schema.asking import ask

_MOST_LINES = 250


def test_the_first_readme_is_short() -> None:
    assert len(readme.text("").splitlines()) <= _MOST_LINES


@pytest.mark.parametrize("path", readme.paths(), ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    assert list(_broken(path)) == []


def _broken(path: Path) -> Iterator[str]:
    """The relative links whose file or `#anchor` does not exist."""
    for link in readme.links(path.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (
            anchor and anchor not in readme.anchors(target.read_text(encoding="utf-8"))
        ):
            yield link


@pytest.mark.parametrize("path", readme.paths(), ids=lambda path: str(path.relative_to(TOP)))
def test_every_module_that_is_named_exists(path: Path) -> None:
    names = re.findall(r"`([a-z_/]+\.py)`", path.read_text(encoding="utf-8"))
    modules = [str(one) for folder in ("graph_api", "tests") for one in (TOP / folder).rglob("*.py")]
    assert [name for name in names if not any(one.endswith(f"/{name}") for one in modules)] == []


def test_every_readme_is_linked_from_another() -> None:
    linked = {
        (path.parent / link.partition("#")[0]).resolve()
        for path in readme.paths()
        for link in readme.links(path.read_text(encoding="utf-8"))
    }
    linked |= {target / "README.md" for target in linked}
    assert [path for path in readme.paths() if path != TOP / "README.md" and path not in linked] == []


@pytest.mark.parametrize("group", sorted({one.metadata["group"] for one in table()}))
def test_the_servers_readme_lists_the_settings_as_they_are(group: str) -> None:
    rows = (_setting_row(one) for one in table() if one.metadata["group"] == group)
    readme.assert_generated(
        "graph_api/server",
        group,
        ["| Option | Variable | Default | Meaning |", "|---|---|---|---|", *rows],
    )


def _setting_row(one: Field[object]) -> str:
    flag, unit = one.name.replace("_", "-"), one.metadata["unit"]
    default = "" if one.default is False or one.default == "" else f"`{one.default}`"
    meaning = f"{one.metadata['help']} In {unit}." if unit else one.metadata["help"]
    return f"| `--{flag}` | `{variable(one.name)}` | {default} | {meaning} |"


def test_the_curl_example_has_the_answer_shown(ingested: Callable[[Path], Path]) -> None:
    [example] = [block for block in readme.code_blocks("", "console") if "$ curl" in block]
    query = json.loads(re.findall(r"-d '(.+)'", example)[0])["query"]
    assert {"data": ask(ingested(TOP / "seeds"), query)} == json.loads(example.splitlines()[-1])


def test_every_command_is_in_the_first_readme() -> None:
    assert [name for name in COMMANDS if f"| `graph-api {name}" not in readme.text("")] == []


def test_every_make_target_is_in_the_readme_of_the_tests() -> None:
    targets = re.findall(r"^([a-z]+):.*##", (TOP / "Makefile").read_text(), re.MULTILINE)
    assert [
        name for name in targets if name != "help" and f"| `make {name}`" not in readme.text("tests")
    ] == []


def test_json_in_readmes_is_json() -> None:
    for path in readme.paths():
        for block in readme.code_blocks(str(path.parent.relative_to(TOP)), "json"):
            json.loads(block)
