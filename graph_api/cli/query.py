"""`graph-api query`: the answer to one operation, without a server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
import orjson

from graph_api.cli.content import located
from graph_api.cli.group import PROBLEMS
from graph_api.cli.options import ASKED, Sectioned, database, option, paths, settings
from graph_api.errors import UsageError
from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import StoreUrl, open_store


@click.command(
    cls=Sectioned,
    epilog="""
QUERY is the text of the operation, @FILE to read it from a file, or - to read it from standard input;
--variables takes the same forms. The answer is indented on a terminal and compact in a pipe; exit code 1
when it holds errors.

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
@option("--operation", "Which operation runs, when the document has several.", metavar="NAME")
@database(ASKED)
@settings("published_only", "expose_secured", group="limits")
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
    """Answer one GraphQL operation without a server."""
    text, values = text_of(query), parsed_object(text_of(variables or "{}"))
    source = located(paths, db)
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


def text_of(given: str) -> str:
    """The text that an argument stands for: itself, standard input for -, or the file behind @."""
    if given == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if given.startswith("@"):
        return _decoded(Path(given[1:]).read_bytes(), given[1:])
    return given


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8: byte {error.start} cannot be read") from None


def parsed_object(text: str, flag: str = "--variables", example: str = '{"first": 3}') -> dict[str, Any]:
    """The JSON object in *text*, which was given with *flag*."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{flag} must be JSON, such as '{example}': {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{flag} must be a JSON object, such as '{example}', not {text.strip()}")
    return value  # pyright: ignore[reportUnknownVariableType] - any JSON object


def _shown(answer: bytes) -> str:
    if not sys.stdout.isatty():
        return answer.decode()
    return orjson.dumps(orjson.loads(answer), option=orjson.OPT_INDENT_2).decode()
