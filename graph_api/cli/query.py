"""`graph-api query`: runs one operation without a server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
import orjson

from graph_api.cli.arguments import json_object, readable_database, text_of
from graph_api.cli.options import OPERATION_LIMITS, READ, Sectioned, database, option, paths, settings
from graph_api.cli.program import PROBLEMS
from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import StoreUrl, open_store


@click.command(
    cls=Sectioned,
    epilog="""
QUERY is the operation's text, @FILE to read it from a file, or - to read it from standard input;
--variables takes the same forms. The response is indented on a terminal and compact in a pipe. A response
with errors sets exit code 1.

\b
Examples:
  graph-api query '{ articles(first: 3) { nodes { title } } }' articles/
  graph-api query @story.graphql --variables '{"slug": "a-slug"}' --db articles.db
  graph-api query - articles/ < story.graphql
""",
)
@click.argument("query", metavar="QUERY")
@paths(required=False)
@option("--variables", "The operation's variables, a JSON object.", metavar="JSON")
@option("--operation", "Name of the operation to run, if the text holds several.", metavar="NAME")
@database(READ)
@settings("published_only", "expose_secured", *OPERATION_LIMITS)
@click.pass_context
def command(
    ctx: click.Context,
    query: str,
    paths: tuple[Path, ...],
    variables: str | None,
    operation: str | None,
    db: str | None,
    settings: Settings,
) -> None:
    """Run one GraphQL operation without a server."""
    text, values = text_of(query), json_object(text_of(variables or "{}"))
    source = readable_database(paths, db)
    answer = asyncio.run(_answer(source, text, values, operation, settings))
    click.echo(_shown(answer))
    if b'"errors"' in answer and "errors" in orjson.loads(answer):
        ctx.exit(PROBLEMS)


async def _answer(
    source: StoreUrl, text: str, values: dict[str, Any], operation: str | None, settings: Settings
) -> bytes:
    store = await open_store(source, reader_connections=1, max_text=settings.max_answer)
    try:
        engine = Engine(build_schema(), store, settings)
        return (await engine.execute(text, values, operation)).body
    finally:
        await store.close()


def _shown(answer: bytes) -> str:
    if not sys.stdout.isatty():
        return answer.decode()
    return orjson.dumps(orjson.loads(answer), option=orjson.OPT_INDENT_2).decode()
