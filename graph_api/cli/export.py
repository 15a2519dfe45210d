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

from graph_api.cli.content import located
from graph_api.cli.options import ASKED, Sectioned, database, option, paths, settings
from graph_api.cli.query import parsed_object, text_of
from graph_api.errors import OperationRefused, RequestError
from graph_api.execution.preparation import Preparation
from graph_api.graph.export import GraphFormat
from graph_api.graph.stream import stream
from graph_api.records import EdgeKind
from graph_api.schema import build_schema
from graph_api.schema.arguments import MAX_WALK, SubgraphWanted
from graph_api.schema.exporting import COLUMNS
from graph_api.schema.full_export import Wanted, Whole
from graph_api.schema.resolvers.traversal import known
from graph_api.settings import Settings, variable
from graph_api.store import at
from graph_api.store.location import Run
from graph_api.store.reads import Rights

_ASKED = "query ($ids: [ID!], $filter: ArticleFilter, $via: [EdgeKind!]) { subgraph(ids: $ids, filter: $filter, via: $via) { nodeCount } }"

_FILTER = '{"quality": {"gte": 80}}'


@click.command(
    cls=Sectioned,
    epilog="""
Nodes are articles; with --via topic or provider these are nodes too. The file is complete or not there:
it gets its name when all is written. Memory stays small however large the graph is.

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
    "The form of the file.",
    type=click.Choice([each.name.lower() for each in GraphFormat], case_sensitive=False),
    required=True,
)
@option("--filter", "Only articles that fit: an ArticleFilter of the schema as JSON.", metavar="JSON")
@option(
    "--around", "Only what is reachable from the node with this id, walking edges either way.", metavar="ID"
)
@option(
    "--depth",
    "How many hops to walk with --around.",
    type=click.IntRange(0, MAX_WALK),
    default=2,
    show_default=True,
)
@option(
    "--via",
    "The kinds of edges; may be given several times.",
    type=click.Choice([each.name.lower() for each in EdgeKind], case_sensitive=False),
    multiple=True,
    default=["related"],
    show_default=True,
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
@database(ASKED)
@settings("published_only")
def command(
    paths: tuple[Path, ...],
    format: str,
    filter: str | None,
    around: str | None,
    depth: int,
    via: tuple[str, ...],
    out: str,
    db: str | None,
    settings: Settings,
) -> None:
    """Write the graph, or a part of it, for another program."""
    if around is None and _is_typed("depth"):
        raise click.UsageError("--depth tells how far to walk from the node that --around names")
    asked = _asked(filter, around, via)
    with at(located(paths, db)).session() as session:
        run = session.run
        rights = Rights(published_only=settings.published_only)
        if asked.handles and asked.handles[0].id not in run(known(asked.handles, rights)):
            raise RequestError(f"there is no node with the id {around}")
        key = asked.handles[0].key if asked.handles else None
        wanted = Wanted(filter=asked.filter, kinds=asked.kinds, around=key, depth=depth, rights=rights)
        _write(run, wanted, GraphFormat[format.upper()], out)


def _is_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _asked(filter: str | None, around: str | None, via: tuple[str, ...]) -> SubgraphWanted:
    """The options, checked and understood as the API does with the arguments of `subgraph`."""
    variables: dict[str, Any] = {
        "ids": None if around is None else [around],
        "filter": None if filter is None else parsed_object(text_of(filter), "--filter", _FILTER),
        "via": [each.upper() for each in via],
    }
    try:
        prepared = Preparation(build_schema(), Settings()).prepared(_ASKED, variables, None)
    except OperationRefused as refused:
        named = (
            str(refused).replace("Variable '$filter' has", "--filter has an").replace("ids[0]", "--around")
        )
        raise RequestError(named) from None
    [asked] = [each for each in prepared.arguments if isinstance(each, SubgraphWanted)]
    return asked


def _write(run: Run, wanted: Wanted, format: GraphFormat, out: str) -> None:
    whole = Whole(run, wanted)
    text = stream(whole.nodes(), whole.links(), format, COLUMNS)
    if out == "-":
        _copy(text, sys.stdout.buffer)
    else:
        with replaced(Path(out)) as file:
            _copy(text, file)
    if whole.truncated:
        click.echo("graph-api: the neighbourhood is larger: its farthest nodes were left out", err=True)


def _copy(text: Iterable[str], file: IO[bytes]) -> None:
    for chunk in text:
        file.write(chunk.encode())
    file.flush()


@contextmanager
def replaced(path: Path) -> Generator[IO[bytes]]:
    """A file beside *path* that takes its name when all went well; else nothing of it is left.

    What is no file, such as /dev/null or a pipe, is written as it is: a file must not take its place.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None  # the file that was asked for
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
