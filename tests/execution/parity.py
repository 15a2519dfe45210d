"""One operation on every way through the product, and on the graph in plain Python."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSyntaxError, parse, validate

from graph_api.execution.engine import Answer, Engine
from graph_api.graph.adjacency import Csr
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from graph_api.store.protocol import Reader, Store
from tests.execution import ordinary
from tests.execution.operations import CURSOR_LISTS, Asked
from tests.execution.plain import Open, OpenInt, Plain, schema
from tests.store.build import AnyNode

_WIDE = Settings(
    max_source=10**6,
    max_tokens=10**6,
    max_depth=100,
    max_aliases=1000,
    max_root_fields=1000,
    max_directives=1000,
    max_fragments=1000,
    max_key_pairs=10**9,
    max_selections=10**6,
    max_input_objects=10**6,
    max_schema_cost=10**9,
    max_variable_values=10**6,
    max_cost=2**31 - 1,
    max_answer=2**31 - 1,
    max_errors=1000,
)
_OUR_BOUNDS = {"FILTER_TOO_DEEP", "FILTER_TOO_LARGE"}  # of filters: nothing that the plain graph knows


@cache
def api() -> strawberry.Schema:
    """The schema, made once."""
    return build_schema()


@cache
def sdl() -> str:
    """The printed schema."""
    return api().as_str()


@dataclass
class Tally:
    """How operations were answered."""

    refused: int = 0
    executed: int = 0

    def add(self, other: Tally) -> None:
        self.refused += other.refused
        self.executed += other.executed


class ThreadsOnly(Store):
    """A store that is never read on the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lend_now(self, until_s: float) -> Reader | None:
        del until_s
        return None

    async def lend(self) -> Reader:
        return await self._store.lend()

    def revision_now(self) -> str | None:
        return None

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        return await self._store.adjacency(rights, revision)

    async def revision(self) -> str:
        return await self._store.revision()

    async def close(self) -> None:
        await self._store.close()


@dataclass
class Ways:
    """The ways through the product: with both caches, with rows only, with neither, and in threads alone."""

    path: Path
    engines: Sequence[Engine]
    tally: Tally

    @classmethod
    def through(cls, path: Path, store: Store, rights: Rights, tally: Tally) -> Ways:
        shipped = replace(_WIDE, published_only=rights.published_only, expose_secured=rights.secured)
        rows = replace(shipped, response_cache_bytes=0)
        neither = replace(rows, row_cache_bytes=0)
        engines = [Engine(api(), store, each) for each in (shipped, rows, neither)]
        engines.append(Engine(api(), ThreadsOnly(store), neither))
        for other in engines[1:]:
            other._operations = engines[0]._operations  # it does not depend on caches, and takes longest
        return cls(path, engines, tally)

    async def answer(self, asked: Asked) -> Answer:
        """The answer, the same to the byte on every way and on the ordinary executor, at first and from the caches."""
        answers = [
            await engine.execute(asked.text, asked.variables) for engine in (*self.engines, *self.engines)
        ]
        expected = await ordinary.execute(self.engines[0], self.path, asked.text, asked.variables)
        for each in answers:
            assert each.body == expected.body
            assert each.executed == expected.executed
        self.tally.executed += len(answers) * expected.executed
        self.tally.refused += len(answers) * (not expected.executed)
        return expected


async def check(path: Path, graph: Iterable[AnyNode], rights: Rights, operations: Sequence[Asked]) -> Tally:
    """Every operation is answered alike by the product on all its ways and by the plain graph."""
    tally = Tally()
    plain = Plain(sdl(), graph, rights)
    store = await open_store(path, reader_connections=1)
    try:
        ways = Ways.through(path, store, rights, tally)
        ours, theirs = await _cursors(ways, plain, operations)
        for asked in operations:
            answer = await ways.answer(asked.with_cursors(ours))
            _compare(answer, answered(plain, asked.with_cursors(theirs)))
    finally:
        await store.close()
    return tally


async def check_ways(path: Path, rights: Rights, operations: Sequence[Asked]) -> Tally:
    """Every operation is answered alike on all ways through the product."""
    tally = Tally()
    store = await open_store(path, reader_connections=1)
    try:
        ways = Ways.through(path, store, rights, tally)
        cursors = {kind: await _cursors_of(ways, kind) for kind in _wanted(operations)}
        for asked in operations:
            await ways.answer(asked.with_cursors(cursors))
    finally:
        await store.close()
    return tally


def checked(path: Path, graph: Iterable[AnyNode], rights: Rights, operations: Sequence[Asked]) -> Tally:
    """`check`, from outside an event loop."""
    return asyncio.run(check(path, graph, rights, operations))


def answered(plain: Plain, asked: Asked) -> ExecutionResult:
    """What the plain graph says."""
    document, errors = _validated(asked.text)
    return plain.execute(document, asked.variables) if document else ExecutionResult(None, errors)


@lru_cache(maxsize=64)
def _validated(text: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
    """The document that *text* is, or why it is none."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return None, [error]
    errors = validate(schema(sdl()), document)
    return (None, errors) if errors else (document, [])


async def _cursors(
    ways: Ways, plain: Plain, operations: Sequence[Asked]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The cursors that *operations* have places for, ours and the plain graph's in the same order."""
    ours: dict[str, list[str]] = {}
    theirs: dict[str, list[str]] = {}
    for kind in _wanted(operations):
        ours[kind] = await _cursors_of(ways, kind)
        theirs[kind] = list(_leaves(answered(plain, _asking_for(kind)).data))
    return ours, theirs


def _wanted(operations: Sequence[Asked]) -> list[str]:
    return [kind for kind in CURSOR_LISTS if any(each.names(kind) for each in operations)]


def _asking_for(kind: str) -> Asked:
    return Asked("{ " + CURSOR_LISTS[kind] + " }", {})


async def _cursors_of(ways: Ways, kind: str) -> list[str]:
    answer = await ways.engines[0].execute(_asking_for(kind).text)
    return list(_leaves(orjson.loads(answer.body)["data"]))


def _leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _leaves(each)
    else:
        yield data


def _compare(answer: Answer, plain: ExecutionResult) -> None:
    body = orjson.loads(answer.body)
    if answer.executed:
        assert not plain.errors, plain.errors
        assert list(body) == ["data"], body
        differing = list(_differences(body["data"], plain.data))
        assert not differing, differing
    else:
        assert "data" not in body
        assert _is_explained(body["errors"], plain), (body["errors"], plain)


def _differences(ours: Any, plain: Any, path: str = "") -> Iterator[str]:
    """Where the two answers differ; the keys of objects must be in the same order."""
    if isinstance(ours, dict) and isinstance(plain, dict) and list(ours) == list(plain):
        for key in ours:
            yield from _differences(ours[key], plain[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(plain, list) and len(ours) == len(plain):
        for place, (one, other) in enumerate(zip(ours, plain, strict=True)):
            yield from _differences(one, other, f"{path}[{place}]")
    elif not _agree(ours, plain):
        yield f"{path}: {ours!r}, plain {plain!r}"


def _agree(ours: Any, plain: Any) -> bool:
    if isinstance(plain, Open):
        return isinstance(ours, str) and ours != ""
    if isinstance(plain, OpenInt):
        return type(ours) is int
    return type(ours) is type(plain) and bool(ours == plain)


def _is_explained(errors: list[Any], plain: ExecutionResult) -> bool:
    """Whether the plain graph refuses too, or never came to where the arguments are wrong: the product
    looks at all arguments before it reads, also at those of what turns out not to be there."""
    if plain.errors:
        return True
    if all(error["extensions"]["code"] in _OUR_BOUNDS for error in errors):
        return True
    return not any(_reaches(plain.data, error["path"]) for error in errors if error.get("path")) and any(
        error.get("path") for error in errors
    )


def _reaches(data: Any, path: Sequence[str]) -> bool:
    if isinstance(data, list):
        return any(_reaches(each, path) for each in data)
    if not path:
        return True
    return isinstance(data, dict) and path[0] in data and _reaches(data[path[0]], path[1:])
