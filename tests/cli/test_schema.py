from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from graph_api.cli.schema import FRONT_MATTER, SDL, SUBGRAPH, changes

Run = Callable[..., Result]

OLD = "type Query { article: String, heat(day: Int): Int }"


@pytest.fixture
def published(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "schema"
    assert run("schema", "--write", "--output", folder).exit_code == 0
    return folder


def test_the_schema_is_printed(run: Run) -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert "type Query {" in result.stdout


def test_all_contracts_are_written_and_then_up_to_date(run: Run, published: Path) -> None:
    assert {file.name for file in published.iterdir()} == {SDL, SUBGRAPH, FRONT_MATTER}
    assert (published / SDL).read_text() == run("schema").stdout
    result = run("schema", "--check", "--output", published)
    assert (result.exit_code, result.stdout) == (0, f"the contracts in {published} are up to date\n")


def test_a_difference_has_its_line_and_its_effect_on_clients(run: Run, published: Path) -> None:
    sdl = published / SDL
    sdl.write_text(sdl.read_text().replace("type Query {", "type Query {\n  former: String", 1))
    result = run("schema", "--check", "--output", published)
    assert result.exit_code == 1
    assert f"{sdl}:" in result.stdout
    assert "- former: String" in result.stdout
    assert "breaking FIELD_REMOVED: Field Query.former was removed." in result.stdout


# What is published, as it would stand there if the schema had since changed so that the change is told.
BREAKING = [
    ("  title: String!\n", "  headline: String!\n", "FIELD_REMOVED: Field Article.headline was removed."),
    ("  excerpt(", "  excerpt: String!\n  other(", "FIELD_CHANGED_KIND: Field Article.excerpt changed type from String! to String."),
    ("    by: ArticleBy!", "    by: ArticleBy", "ARG_CHANGED_KIND: Argument Query.article(by:) has changed type from ArticleBy to ArticleBy!."),
    ("    maxChars: Int", "    maxChars: Int\n    from: Int", "ARG_REMOVED: Argument Article.excerpt(from:) was removed."),
    ("  OUT\n", "  OUT\n  SIDEWAYS\n", "VALUE_REMOVED_FROM_ENUM: Enum value EdgeDirection.SIDEWAYS was removed."),
    ("type Article implements Node", "interface Old { id: ID! }\n\ntype Article implements Old & Node",
     "IMPLEMENTED_INTERFACE_REMOVED: Article no longer implements interface Old."),
    ("union _Entity = Article", "union _Entity = Image | Article",
     "TYPE_REMOVED_FROM_UNION: Image was removed from union type _Entity."),
    ("  contains: String", "  has: String\n  contains: String", "FIELD_REMOVED: Field StringFilter.has was removed."),
    ("scalar URL", "scalar Gone\n\nscalar URL", "TYPE_REMOVED: Gone was removed."),
    ("input ArticleBy @oneOf", "input ArticleBy", "DIRECTIVE_ADDED: ArticleBy now has @oneOf."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "was", "told"), BREAKING)
def test_each_change_that_breaks_clients_is_named(
    run: Run, published: Path, text: str, was: str, told: str
) -> None:
    sdl = published / SDL
    assert text in sdl.read_text()
    sdl.write_text(sdl.read_text().replace(text, was, 1))
    result = run("schema", "--check", "--output", published)
    assert result.exit_code == 1
    assert f"  breaking {told}" in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "was", "told"),
    [
        ('@key(fields: "webUrl")', '@key(fields: "webUrl") @key(fields: "slug")',
         'breaking DIRECTIVE_REMOVED: Article no longer has @key(fields: "slug").'),
        ('@key(fields: "webUrl")', "", 'safe DIRECTIVE_ADDED: Article now has @key(fields: "webUrl").'),
        ("type Hop ", "type Hop @shareable ", "breaking DIRECTIVE_REMOVED: Hop no longer has @shareable."),
    ],
)  # fmt: skip
def test_what_breaks_gateways_is_named(run: Run, published: Path, text: str, was: str, told: str) -> None:
    subgraph = published / SUBGRAPH
    assert text in subgraph.read_text()
    subgraph.write_text(subgraph.read_text().replace(text, was, 1))
    assert f"  {told}" in run("schema", "--check", "--output", published).stdout.splitlines()


@pytest.mark.parametrize("name", [SDL, SUBGRAPH, FRONT_MATTER])
def test_a_missing_contract_is_a_difference(run: Run, published: Path, name: str) -> None:
    (published / name).unlink()
    result = run("schema", "--check", "--output", published)
    assert result.exit_code == 1
    assert f"{published / name} is missing; graph-api schema --write creates it" in result.stdout


def test_other_line_ends_are_a_difference(run: Run, published: Path) -> None:
    sdl = published / SDL
    sdl.write_bytes(sdl.read_bytes().replace(b"\n", b"\r\n"))
    result = run("schema", "--check", "--output", published)
    assert result.exit_code == 1
    assert "line endings" in result.stdout


def test_an_invalid_published_schema_is_an_error(run: Run, published: Path) -> None:
    (published / SDL).write_text("type Query {")
    result = run("schema", "--check", "--output", published)
    assert result.exit_code == 1
    assert "cannot be read" in result.stdout


def test_write_and_check_exclude_each_other(run: Run) -> None:
    assert run("schema", "--write", "--check").exit_code == 2


@pytest.mark.parametrize(
    ("new", "named"),
    [
        ("type Query { heat(day: Int): Int }", "breaking FIELD_REMOVED"),
        ("type Query { article: String, heat(day: Int!): Int }", "breaking ARG_CHANGED_KIND"),
        ("type Query { article: String, heat(day: Int): Int, id: String }", "safe FIELD_ADDED"),
    ],
)
def test_each_change_is_named_and_weighed(new: str, named: str) -> None:
    (change,) = changes(OLD, new)
    assert change.startswith(named)


def test_equal_schemas_have_no_changes() -> None:
    assert changes(OLD, OLD) == []


def test_another_default_may_break_clients() -> None:
    new = OLD.replace("day: Int", "day: Int = 2")
    (change,) = changes(OLD.replace("day: Int", "day: Int = 1"), new)
    assert change.startswith("dangerous ARG_DEFAULT_VALUE_CHANGE")


def test_what_breaks_clients_comes_first() -> None:
    found = changes(OLD, "type Query { id: String, heat(day: Int): Int }")
    assert [change.split()[0] for change in found] == ["breaking", "safe"]
