"""`graph-api explain`: an operation's cost, its plan, its reads and their SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from graph_api.cli.arguments import json_object, readable_database, text_of
from graph_api.cli.options import OPERATION_LIMITS, READ, Sectioned, database, option, paths, settings
from graph_api.execution import plan
from graph_api.execution.admission import limits
from graph_api.execution.cost import measures
from graph_api.execution.encoding import SizeBudget
from graph_api.execution.operation_cache import OperationCache, Prepared
from graph_api.execution.row_cache import RowCache
from graph_api.execution.runner import Run, answer
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import StoreUrl, at
from graph_api.store.plans import Rights
from graph_api.store.protocol import TracedRead

_SQL_WIDTH = 400


@click.command(
    cls=Sectioned,
    epilog="""
The operation runs once, without caches; times are those of the database alone. QUERY and --variables take
the same forms as for `graph-api query`.

\b
Examples:
  graph-api explain '{ articles(first: 3) { nodes { title provider { name } } } }' articles/
  graph-api explain @story.graphql --variables '{"slug": "a-slug"}' --db articles.db
""",
)
@click.argument("query", metavar="QUERY")
@paths(required=False)
@option("--variables", "The operation's variables, a JSON object.", metavar="JSON")
@option("--operation", "Name of the operation to explain, if the text holds several.", metavar="NAME")
@database(READ)
@settings("published_only", *OPERATION_LIMITS)
def command(
    query: str,
    paths: tuple[Path, ...],
    variables: str | None,
    operation: str | None,
    db: str | None,
    settings: Settings,
) -> None:
    """Show an operation's cost, its plan, its reads and their SQL."""
    source = readable_database(paths, db)
    schema = build_schema()
    preparation = OperationCache(schema, settings)
    prepared = preparation.prepared(text_of(query), json_object(text_of(variables or "{}")), operation)
    for line in _explained(prepared, source, settings):
        click.echo(line)


def _explained(prepared: Prepared, source: StoreUrl, settings: Settings) -> Iterator[str]:
    yield "Cost"
    yield from _indented(measures.described(prepared.admitted.measures, limits(settings)))
    yield "Plan"
    yield from _indented(plan.described(prepared.plan))
    run = Run(
        prepared.arguments,
        Rights(published_only=settings.published_only),
        SizeBudget(settings.max_answer),
        RowCache("", None),
    )
    with at(source).session() as session:
        _, reads = session.traced(answer(prepared.plan, prepared.root, run))
    yield f"Reads: {len(reads)}, in one transaction"
    for number, read in enumerate(reads, 1):
        yield from _indented(_shown(number, read))


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _shown(number: int, one: TracedRead) -> Iterator[str]:
    name = type(one.read).__name__
    yield f"{number}. {name}: {one.rows:,} rows, {len(one.statements)} statements, {one.seconds * 1e3:.2f} ms"
    for statement in dict.fromkeys(one.statements):
        shown = " ".join(statement.split())
        yield f"   {shown if len(shown) <= _SQL_WIDTH else shown[:_SQL_WIDTH] + ' ...'}"
