"""Every limit is probed: a request beyond it is refused as the README's table says."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from graph_api.server.app import create_app
from graph_api.settings import Settings, table
from tests.readme import assert_generated
from tests.server.calling import MODERN, NEVER, post, post_body, serving
from tests.server.running import running
from tests.store.build import article, graph

ID = article("a").id
PATIENCE_S = 15


class Told(NamedTuple):
    """An answer: its status, its first error's code and message; none of the latter where there is no error."""

    status: int
    code: str = ""
    message: str = ""


class Probe(NamedTuple):
    """A request beyond a limit, in words, and how it is made."""

    words: str
    ask: Callable[[Path], Awaitable[Told]]


def asked(words: str, query: str, **variables: Any) -> Probe:
    """An operation, asked as the settings are by default."""

    async def ask(database: Path) -> Told:
        async with serving(database) as app:
            return _told(await post(app, query, accept=MODERN, variables=variables))

    return Probe(words, ask)


def sent(words: str, settings: Settings, ask: Callable[[str], Told]) -> Probe:
    """Bytes, sent to a server with *settings*."""

    async def to_server(database: Path) -> Told:
        with running(create_app(database, settings), settings) as url:
            return await asyncio.to_thread(ask, url)

    return Probe(words, to_server)


def _told(answer: Any) -> Told:
    errors = answer.json.get("errors", [])
    return Told(answer.status, errors[0]["extensions"]["code"], errors[0]["message"]) if errors else Told(200)


# -- connections ---------------------------------------------------------------------------------------


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=PATIENCE_S)


def _received(client: socket.socket) -> Told:
    received = b""
    while piece := client.recv(65536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    if not head:
        return Told(0)
    error = json.loads(body)["errors"][0]
    return Told(int(head.split()[1]), error["extensions"]["code"], error["message"])


def _headers(url: str) -> Told:
    with _connected(url) as client:
        client.sendall(b"GET /graphql HTTP/1.1\r\nhost: x\r\nx: " + b"x" * 32_768 + b"\r\n\r\n")
        return _received(client)


def _begun(url: str) -> Told:
    with _connected(url) as client:
        client.sendall(b"GET /graphql HTTP/1.1\r\n")
        return _received(client)


def _idle(url: str) -> Told:
    with _connected(url) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b" 200 OK" in client.recv(65536)
        return _received(client)


def _second(url: str) -> Told:
    with _connected(url), _connected(url) as client:
        return _received(client)


# -- what needs a moment -------------------------------------------------------------------------------


@asynccontextmanager
async def _busy(database: Path, settings: Settings) -> AsyncIterator[Starlette]:
    """An app all of whose turns are taken."""
    async with serving(database, settings) as app:
        queue = (await app.state.api.engine()).queues.light
        assert queue.enter()
        yield app


async def _late(database: Path) -> Told:
    async with _busy(database, Settings(reader_connections=1, deadline_seconds=1)) as app:
        return _told(await post(app, "{ articles { totalCount } }", accept=MODERN))


async def _third(database: Path) -> Told:
    async with _busy(database, Settings(reader_connections=1, deadline_seconds=1, max_waiting=1)) as app:
        asking = [asyncio.create_task(post(app, f"{{ a{n}: revision }}", accept=MODERN)) for n in range(2)]
        told = [_told(await each) for each in asking]
        return next(each for each in told if each.code != "DEADLINE_EXCEEDED")


async def _again(database: Path) -> Told:
    async with serving(database, Settings(rate_limit=1)) as app:
        await post(app, "{ revision }")
        told = _told(await post(app, "{ revision }", accept=MODERN))
    return told._replace(message=re.sub(r"in 5\d s", "in 60 s", told.message))  # some time has passed


async def _large(database: Path) -> Told:
    async with serving(database) as app:
        return _told(await post_body(app, [b"{" * 40_000, b"{" * 40_000, NEVER], accept=MODERN))


async def _schema(database: Path) -> Told:
    async with serving(database, Settings(max_schema_cost=2)) as app:
        return _told(await post(app, '{ __type(name: "Query") { name kind } }', accept=MODERN))


async def _variables(database: Path) -> Told:
    async with serving(database, Settings(max_variables=20)) as app:
        query = "query ($s: String!) { article(by: {slug: $s}) { id } }"
        return _told(await post(app, query, accept=MODERN, variables={"s": "a" * 13}))


async def _body(database: Path) -> Told:
    async with serving(database, Settings(max_answer=1000)) as app:
        return _told(await post(app, "{ articles { nodes { body } } }", accept=MODERN))


async def _eleven(database: Path) -> Told:
    async with serving(database) as app:
        answer = await post(app, "{ " + " ".join(f"x{n}" for n in range(11)) + " }", accept=MODERN)
        return Told(
            answer.status,
            answer.json["errors"][0]["extensions"]["code"],
            f"{len(answer.json['errors'])} errors",
        )


# -- the limits ----------------------------------------------------------------------------------------

_DEEP: Any = 1
for _ in range(51):
    _DEEP = [_DEEP]
_PARENTS = "{ parent " * 11 + "{ slug }" + " }" * 11
_TYPES = "{ ofType " * 19 + "{ name }" + " }" * 19
_ALIASES = " ".join(f"a{n}: __typename" for n in range(31))
_FRAGMENTS = "".join(f" fragment f{n} on Query {{ revision }}" for n in range(51))
_PAGE = "nodes { related(first: 100) { nodes { id } } }"


def _not(levels: int) -> str:
    return "{not: " * levels + '{title: {eq: "x"}}' + "}" * levels


PROBES: Mapping[str, Probe] = {
    "deadline_seconds": Probe(
        "with `--deadline-seconds 1`, all database connections are busy for a second", _late
    ),
    "arrival_seconds": sent(
        "with `--arrival-seconds 1`, headers without end", Settings(arrival_seconds=1), _begun
    ),
    "idle_seconds": sent("with `--idle-seconds 1`, no request for a second", Settings(idle_seconds=1), _idle),
    "max_connections": sent(
        "with `--max-connections 1`, a second connection", Settings(max_connections=1), _second
    ),
    "max_headers": sent("a header of 32,768 bytes", Settings(), _headers),
    "max_body": Probe("80,000 bytes, without `content-length`", _large),
    "max_waiting": Probe("with `--max-waiting 1`, a second operation that waits", _third),
    "max_source": asked("16,385 bytes", "{ revision }".ljust(16_385)),
    "max_tokens": asked("1,501 tokens", "{" + " revision" * 1_499 + " }"),
    "max_depth": asked("`topic { parent { parent ...`", f'{{ topic(by: {{slug: "s"}}) {_PARENTS} }}'),
    "max_introspection_depth": asked(
        "`__type { ofType { ofType ...`", f'{{ __type(name: "Query") {_TYPES} }}'
    ),
    "max_aliases": asked("`a0: __typename a1: __typename ...`", f"{{ articles {{ {_ALIASES} }} }}"),
    "max_root_fields": asked("`{ revision revision ... }`", "{" + " revision" * 21 + " }"),
    "max_directives": asked("51 `@skip`", "{ articles {" + " totalCount @skip(if: true)" * 51 + " } }"),
    "max_field_directives": asked("`revision @skip @skip ...`", "{ revision" + " @skip(if: true)" * 6 + " }"),
    "max_fragments": asked("51 fragments", "{ ...f0 }" + _FRAGMENTS),
    "max_key_pairs": asked("101 times `totalCount`", "{ articles {" + " totalCount" * 101 + " } }"),
    "max_selections": asked(
        "a fragment of 99 fields spread 11 times",
        "{ articles {" + " ...f" * 11 + " } } fragment f on ArticleConnection {" + " totalCount" * 99 + " }",
    ),
    "max_input_objects": asked(
        "a filter of 500 conditions and one more",
        "query ($f: ArticleFilter) { articles(filter: $f) { totalCount } }",
        f={"or": [{"title": {"eq": "x"}}] * 500},
    ),
    "max_variables": Probe('with `--max-variables 20`, `{"s":"aaaaaaaaaaaaa"}`', _variables),
    "max_variable_values": asked(
        "6,000 numbers", "query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=[0] * 6_000
    ),
    "max_variable_nesting": asked(
        "lists in 51 lists", "query ($v: Int) { articles(first: $v) { totalCount } }", v=_DEEP
    ),
    "max_schema_cost": Probe("with `--max-schema-cost 2`, `__type { name kind }`", _schema),
    "max_cost": asked(
        "`articles(first: 100) { ... related(first: 100) { ... related(first: 100) ... } }`",
        f"{{ articles(first: 100) {{ nodes {{ related(first: 100) {{ {_PAGE} }} }} }} }}",
    ),
    "max_answer": Probe("with `--max-answer 1000`, a body of 1,001 characters", _body),
    "max_errors": Probe("11 fields that do not exist", _eleven),
    "a page": asked("`articles(first: 101)`", "{ articles(first: 101) { totalCount } }"),
    "ids at once": asked("101 ids", "query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=[ID] * 101),
    "representations": asked(
        "`_entities` of 1,001",
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
        r=[{"__typename": "Article", "id": ID}] * 1_001,
    ),
    "a filter's levels": asked(
        "`not` in `not`, ten times", f"{{ articles(filter: {_not(10)}) {{ totalCount }} }}"
    ),
    "related articles in a filter": asked(
        "`related` in `related` in `related`",
        '{ articles(filter: {related: {related: {related: {title: {eq: "x"}}}}}) { totalCount } }',
    ),
    "a list in a filter": asked(
        "`title: {in: [...]}` of 1,001 texts",
        "query ($l: [String!]) { articles(filter: {title: {in: $l}}) { totalCount } }",
        l=["x"] * 1_001,
    ),
    "steps of an order": asked(
        "six", "{ articles(orderBy: [" + "{field: TITLE} " * 6 + "]) { totalCount } }"
    ),
    "a walk's hops": asked(
        "`neighborhood(maxDepth: 7)`",
        f'{{ article(by: {{id: "{ID}"}}) {{ neighborhood(maxDepth: 7) {{ nodeCount }} }} }}',
    ),
    "rate_limit": Probe("with `--rate-limit 1`, the second request of a minute", _again),
    "a neighborhood": asked(
        "`neighborhood(limit: 1001)`",
        f'{{ article(by: {{id: "{ID}"}}) {{ neighborhood(limit: 1001) {{ nodeCount }} }} }}',
    ),
    "a subgraph": asked("`subgraph(limit: 5001)`", "{ subgraph(limit: 5001) { nodeCount } }"),
    "paths": asked(
        "`allPaths(options: {limit: 101})`",
        f'{{ allPaths(from: "{ID}", to: "{ID}", options: {{limit: 101}}) {{ found }} }}',
    ),
    "a number": asked("one of 101 digits", "{ articles(first: " + "1" * 101 + ") { totalCount } }"),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("limits") / "graph.sqlite", article("a", body="x" * 1_001))


def test_every_setting_that_limits_a_request_is_probed() -> None:
    limits = [one.name for one in table() if one.metadata["group"] == "limits"]
    assert list(PROBES)[: len(limits)] == limits


async def test_the_readme_shows_the_answer_to_each_probe(database: Path) -> None:
    told = dict(
        zip(PROBES, await asyncio.gather(*(each.ask(database) for each in PROBES.values())), strict=True)
    )
    rows = [_row(limit, PROBES[limit].words, answer) for limit, answer in told.items()]
    assert_generated("graph_api/server", "probes", ["| Limit | Beyond it | Answer |", "|---|---|---|", *rows])
    unrelated = {"", "GRAPHQL_VALIDATION_FAILED"}
    assert [limit for limit, answer in told.items() if answer.code in unrelated] == [
        "idle_seconds",
        "max_errors",
    ]


def _row(limit: str, words: str, told: Told) -> str:
    name = f"`--{limit.replace('_', '-')}`" if hasattr(Settings(), limit) else limit
    answer = f"{told.status} `{told.code}`: {told.message}" if told.status else "the connection ends"
    return f"| {name} | {words} | {answer} |"
