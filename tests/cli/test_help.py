"""Help texts: complete, in plain words, and equal to the settings; `tests/test_readmes.py` holds the READMEs' tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from graph_api.cli.program import COMMANDS, program
from graph_api.settings import table, variable
from tests import readme

Run = Callable[..., Result]


def options(command: str) -> Iterator[click.Option]:
    for parameter in program.load(command).params:
        if isinstance(parameter, click.Option):
            yield parameter


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_help_and_is_a_variable(command: str) -> None:
    for one in options(command):
        assert one.help, one.name
        assert one.help.endswith("."), one.name
        assert one.envvar == variable(one.opts[0].strip("-")), one.name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples_that_its_options_exist_for(command: str, run: Run) -> None:
    help = run(command, "--help").stdout
    examples = help.partition("Examples:")[2]
    assert f"graph-api {command}" in examples
    known = {flag for one in options(command) for flag in one.opts}
    assert set(re.findall(r"(?<=\s)--[a-z-]+", examples)) <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_each_option_with_its_variable(command: str, run: Run) -> None:
    help = " ".join(run(command, "--help").stdout.split())
    for one in options(command):
        assert one.opts[0] in help
        assert f"env var: {one.envvar}" in help


def test_serve_has_an_option_for_every_setting_with_its_default_and_help() -> None:
    flags = {one.name: one for one in options("serve")}
    for setting in table():
        assert flags[setting.name].default == setting.default
        assert (flags[setting.name].help or "").startswith(setting.metadata["help"])


# Words that a reader has to translate: who does what is missing, or the field has a term for it.
_RIDDLES = re.compile(
    r"\b(told|tells|nobody|whoever|anew|meanwhile|of which|is left|are left|goes on|its turn|what there is)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_uses_plain_words(command: str, run: Run) -> None:
    assert _RIDDLES.findall(run(command, "--help").stdout) == []


def test_help_says_what_a_command_does_to_the_database(run: Run) -> None:
    said = {command: " ".join(run(command, "--help").stdout.split()) for command in ("serve", "query")}
    assert "With PATHs, other folders are removed from it." in said["serve"]
    assert "Database to read, a file or a URL; it stays unchanged. Excludes PATHs." in said["query"]


def test_help_and_readme_list_the_exit_codes(run: Run) -> None:
    for text in (run("--help").stdout, readme.text("")):
        said = " ".join(text.partition("Exit codes:")[2].split())
        found = [said.index(code) for code in ("0 success", "1 problems", "2 usage", "3 failure", "130 ")]
        assert found == sorted(found)


@pytest.mark.parametrize("command", ["query", "explain"])
def test_a_command_without_a_server_offers_only_limits_of_operations(command: str, run: Run) -> None:
    said = run(command, "--help").stdout
    assert "--max-cost" in said
    assert not [flag for flag in ("--deadline-seconds", "--idle-seconds", "--max-body") if flag in said]
