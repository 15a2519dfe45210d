"""`graph-api schema`: prints the schema, publishes the contracts, or compares them with the published ones.

Contracts are compared as texts. For schemas that differ, each change is listed as breaking, dangerous or safe.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

import click
from graphql import GraphQLError, TypeDefinitionNode, build_schema as built, parse, print_ast
from graphql.utilities import BreakingChange, DangerousChange, SafeChange, find_schema_changes

from graph_api.cli.options import option
from graph_api.cli.program import PROBLEMS
from graph_api.documents import front_matter_schema
from graph_api.errors import UsageError
from graph_api.schema import build_schema
from graph_api.schema.federation import subgraph_sdl

SDL = "schema.graphql"
SUBGRAPH = "subgraph.graphql"
FRONT_MATTER = "front-matter.schema.json"
_WEIGHTS = {BreakingChange: "breaking", DangerousChange: "dangerous", SafeChange: "safe"}


@click.command(
    epilog="""
\b
Examples:
  graph-api schema > api.graphql
  graph-api schema --write
  graph-api schema --check          exit code 1 if the published contracts differ
"""
)
@option("--write", f"Write {SDL}, {SUBGRAPH} and {FRONT_MATTER} into the output folder.", is_flag=True)
@option(
    "--check", "Compare them with the output folder, and list the changes that break clients.", is_flag=True
)
@option(
    "--output",
    "Folder of the published contracts.",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("schema"),
    show_default=True,
)
@click.pass_context
def command(ctx: click.Context, write: bool, check: bool, output: Path) -> None:
    """Print, publish or compare the schema."""
    if write and check:
        raise UsageError("--write and --check exclude each other")
    if write:
        _write(output, contracts())
    elif check:
        differences = list(_differences(output, contracts()))
        click.echo("\n".join(differences) or f"the contracts in {output} are up to date")
        ctx.exit(PROBLEMS if differences else 0)
    else:
        click.echo(contracts()[SDL], nl=False)


def contracts() -> Mapping[str, str]:
    """The text of each contract, by file name."""
    schema = build_schema()
    return {
        SDL: schema.as_str() + "\n",
        SUBGRAPH: subgraph_sdl(schema),
        FRONT_MATTER: json.dumps(front_matter_schema(), indent=2, ensure_ascii=False) + "\n",
    }


def changes(published: str, current: str) -> list[str]:
    """The changes between two schemas: breaking ones first, then dangerous, then safe ones."""
    found = find_schema_changes(*(built(text, assume_valid_sdl=True) for text in (published, current)))
    listed = [(type(change), f"{change.type.name}: {change.description}") for change in found]
    listed += _directive_changes(_directives_of_types(published), _directives_of_types(current))
    return [f"{_WEIGHTS[kind]} {change}" for kind in _WEIGHTS for one, change in listed if one is kind]


def _directive_changes(
    published: Mapping[str, set[str]], current: Mapping[str, set[str]]
) -> Iterator[tuple[type, str]]:
    """Directives added to or removed from types that both schemas have: federation's, and `@oneOf`."""
    for name in sorted(published.keys() & current.keys()):
        for lost in sorted(published[name] - current[name]):
            kind = SafeChange if lost == "@oneOf" else BreakingChange
            yield kind, f"DIRECTIVE_REMOVED: {name} no longer has {lost}."
        for new in sorted(current[name] - published[name]):
            kind = BreakingChange if new == "@oneOf" else SafeChange
            yield kind, f"DIRECTIVE_ADDED: {name} now has {new}."


def _directives_of_types(sdl: str) -> dict[str, set[str]]:
    return {
        definition.name.value: set(map(print_ast, definition.directives or ()))
        for definition in parse(sdl).definitions
        if isinstance(definition, TypeDefinitionNode)
    }


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        click.echo(folder / name)


def _differences(folder: Path, texts: Mapping[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        path = folder / name
        if not path.exists():
            yield f"{path} is missing; graph-api schema --write creates it"
            continue
        published = path.read_bytes().decode(errors="replace")
        if published != text:
            yield _first_difference(path, published, text)
            yield from _named(name, published, text)


def _first_difference(path: Path, published: str, current: str) -> str:
    pairs = zip_longest(published.splitlines(), current.splitlines())
    for number, (was, now) in enumerate(pairs, start=1):
        if was != now:
            return f"{path}:{number} is outdated; graph-api schema --write updates it\n  - {_said(was)}\n  + {_said(now)}"
    return f"{path} differs in line endings; graph-api schema --write updates it"


def _said(line: str | None) -> str:
    return "(end of file)" if line is None else line.strip()


def _named(name: str, published: str, current: str) -> Iterator[str]:
    if name == FRONT_MATTER:
        return
    try:
        yield from (f"  {change}" for change in changes(published, current))
    except (GraphQLError, TypeError) as error:
        yield f"  the published schema cannot be read: {error}"
