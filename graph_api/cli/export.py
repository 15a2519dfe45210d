"""`graph-api export`: the graph, or a part of it, as a file for another program."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
from click.core import ParameterSource

from graph_api.cli.arguments import json_object, readable_database, text_of
from graph_api.cli.options import READ, Sectioned, database, option, paths, settings
from graph_api.errors import OperationRefused, RequestError
from graph_api.execution.operation_cache import OperationCache
from graph_api.graph.export import GraphFormat, export, mermaid_warning
from graph_api.records import EdgeOrigin
from graph_api.schema import build_schema
from graph_api.schema.arguments import MAX_WALK, SubgraphWanted
from graph_api.schema.full_export import ExportScope, FullExport
from graph_api.schema.inputs import Via
from graph_api.schema.resolvers.exports import COLUMNS
from graph_api.schema.resolvers.traversal import known
from graph_api.settings import Settings, variable
from graph_api.store import at
from graph_api.store.plans import Rights
from graph_api.store.protocol import RunPlan

_ASKED = "query ($ids: [ID!], $filter: ArticleFilter, $via: [EdgeKind!], $origin: EdgeOrigin) { subgraph(ids: $ids, filter: $filter, via: $via, origin: $origin) { nodeCount } }"

_FILTER = '{"quality": {"gte": 80}}'
_FORMATS = {each.name.lower().replace("_", "-"): each for each in GraphFormat}


@click.command(
    cls=Sectioned,
    epilog="""
Nodes are articles; with --via topic or --via provider, topics or providers are nodes too. Two articles that
list each other are two edges. FILE is replaced only when the export is complete. Memory stays small, however
large the graph is.

\b
Examples:
  graph-api export articles/ --format graphml -o articles.graphml
  graph-api export articles/ --format gexf --via related --via topic -o all.gexf
  graph-api export --db articles.db --format dot --filter '{"quality": {"gte": 80}}' | dot -Tsvg > best.svg
  graph-api export --db articles.db --format mermaid --around article:4q2m5r3vdkd7cfwe --depth 2
""",
)
@paths(required=False)
@option(
    "--format",
    "The format of the file.",
    type=click.Choice(list(_FORMATS)),
    required=True,
)
@option(
    "--filter",
    "Export only the articles that fit this filter: an ArticleFilter of the schema, as JSON.",
    metavar="JSON",
)
@option(
    "--around",
    "Export only what is reachable from the node with this id, along edges in both directions.",
    metavar="ID",
)
@option(
    "--depth",
    "The largest distance from the node that --around names, in hops.",
    type=click.IntRange(0, MAX_WALK),
    default=2,
    show_default=True,
)
@option(
    "--via",
    "A kind of edges to export; may be given several times.",
    type=click.Choice([each.name.lower() for each in Via], case_sensitive=False),
    multiple=True,
    default=["related"],
    show_default=True,
)
@option(
    "--origin",
    "Only related edges of this origin: listed in front matter, or linked in the body.",
    type=click.Choice([each.name.lower() for each in EdgeOrigin], case_sensitive=False),
)
@click.option(
    "--out",
    "-o",
    help="The file to write; - for standard output.",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    show_default=True,
    envvar=variable("out"),
    show_envvar=True,
)
@database(READ)
@settings("published_only")
def command(
    paths: tuple[Path, ...],
    format: str,
    filter: str | None,
    around: str | None,
    depth: int,
    via: tuple[str, ...],
    origin: str | None,
    out: str,
    db: str | None,
    settings: Settings,
) -> None:
    """Write the graph, or a part of it, as a file for another program."""
    if around is None and _is_typed("depth"):
        raise click.UsageError("--depth needs --around: it is a distance from the node that --around names")
    asked = _asked(filter, around, via, origin)
    with at(readable_database(paths, db)).session() as session:
        run = session.run
        rights = Rights(published_only=settings.published_only)
        if asked.handles and asked.handles[0].id not in run(known(asked.handles, rights)):
            raise RequestError(f"there is no node with the id {around}")
        key = asked.handles[0].key if asked.handles else None
        wanted = ExportScope(filter=asked.filter, kinds=asked.kinds, around=key, depth=depth, rights=rights)
        _write(run, wanted, _FORMATS[format], out)


def _is_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _asked(
    filter: str | None, around: str | None, via: tuple[str, ...], origin: str | None
) -> SubgraphWanted:
    """The options, checked and understood as the API does with the arguments of `subgraph`."""
    variables: dict[str, Any] = {
        "ids": None if around is None else [around],
        "filter": None if filter is None else json_object(text_of(filter), "--filter", _FILTER),
        "via": [each.upper() for each in via],
        "origin": None if origin is None else origin.upper(),
    }
    try:
        prepared = OperationCache(build_schema(), Settings()).prepared(_ASKED, variables, None)
    except OperationRefused as refused:
        named = (
            str(refused).replace("Variable '$filter' has", "--filter has an").replace("ids[0]", "--around")
        )
        raise RequestError(named) from None
    [asked] = [each for each in prepared.arguments if isinstance(each, SubgraphWanted)]
    return asked


def _write(run: RunPlan, wanted: ExportScope, format: GraphFormat, out: str) -> None:
    """Writes the export, and warns when it is incomplete or larger than Mermaid accepts."""
    full = FullExport(run, wanted)
    chunks = export(full.nodes(), full.links(), format, COLUMNS)
    if out == "-":
        last = _copy(chunks, sys.stdout.buffer)
    else:
        with replaced(Path(out)) as file:
            last = _copy(chunks, file)
    if full.truncated:
        click.echo("graph-api: the neighborhood is too large: its farthest nodes are missing", err=True)
    if format is GraphFormat.MERMAID and (warning := mermaid_warning(last)):
        click.echo(f"graph-api: {warning}", err=True)


def _copy(chunks: Iterable[str], file: IO[bytes]) -> str:
    """Writes the chunks; returns the last one."""
    chunk = ""
    for chunk in chunks:
        file.write(chunk.encode())
    file.flush()
    return chunk


@contextmanager
def replaced(path: Path) -> Generator[IO[bytes]]:
    """A temporary file that replaces *path* on success and is deleted on failure.

    A device or a pipe, such as /dev/null, is opened and written instead of being replaced.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(
            error.errno, error.strerror, str(path)
        ) from None  # names the requested file, not the temporary one
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            yield file
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
