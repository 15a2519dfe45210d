"""Whatever a client sends, every error has a code from the list, and its message reveals no Python, SQL or paths of the
server."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import GraphQLSchema, build_schema, get_named_type
from hypothesis import HealthCheck, given, settings, strategies as st
from starlette.applications import Starlette

from graph_api.errors import CODES
from tests.execution.operations import Asked, invalid_operations
from tests.execution.parity import sdl
from tests.server.calling import MODERN, Answered, call, post, serving
from tests.store.build import article, graph

LEAKS = re.compile(
    r"Traceback|File \"|\.py\b|<class |<function |object at 0x|\b(?:None|True|False|NoneType|Undefined|UNSET|self)\b"
    r"|[a-z](?:Error|Exception)\b|sqlite|SQL|SELECT |no such |site-packages|graph_api|strawberry|/usr/|/tmp/|/home/"
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

Ask = Callable[..., Answered]
Async = Callable[..., Coroutine[Any, Any, Answered]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("messages") / "graph.sqlite", article("a", related=["b"]))


@contextmanager
def asking(database: Path) -> Iterator[Callable[..., Answered]]:
    """`ask(post, ...)`: what an app answers, on an event loop of its own."""
    with asyncio.Runner() as runner:
        manager = serving(database)
        app: Starlette = runner.run(manager.__aenter__())

        def ask(how: Async, *given: Any, **named: Any) -> Answered:
            return runner.run(how(app, *given, **named))

        try:
            yield ask
        finally:
            runner.run(manager.__aexit__(None, None, None))


@cache
def schema() -> GraphQLSchema:
    return build_schema(sdl())


def check(answer: Answered) -> int:
    """How many errors the answer tells; each is in order. A redirect to the API has none."""
    if answer.status in {307, 308}:
        assert answer.headers["location"].partition("?")[0].endswith("graphql"), answer
        return 0
    errors = answer.json.get("errors", [])
    assert bool(errors) or answer.status == 200, answer
    for error in errors:
        assert error["message"].strip()
        assert error["extensions"]["code"] in CODES.keys() - {"INTERNAL_SERVER_ERROR"}, error
        assert not LEAKS.search(error["message"]), error["message"]
    return len(errors)


# Characters that make no word which could be taken for a leak. Quotes stand in texts only: where a message quotes
# a client's quotes, nobody can tell what is quoted.
_ODD = "aéx0 \\{}[]()$:,!@#%&?=*\n\t\x00/.-😀"
_texts = st.text(_ODD + "'\"", max_size=12)
_plain = st.text(_ODD, max_size=12)
_keys = _plain | st.sampled_from(
    ["id", "slug", "url", "title", "eq", "in", "and", "not", "gte", "within", "field", "some", "limit", "via"]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | _plain,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_keys, below, max_size=3),
    max_leaves=6,
)


def _arguments() -> list[tuple[str, str, str, str]]:
    """Every argument of every top field: the field, the argument, its type, and what else the field needs."""
    query = schema().query_type
    assert query is not None
    found: list[tuple[str, str, str, str]] = []
    for name, field in query.fields.items():
        below = (
            " { __typename }" if hasattr(get_named_type(field.type), "fields") or name == "_entities" else ""
        )
        for argument, definition in field.args.items():
            found.append((name, argument, str(definition.type), below))
    return found


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        names = (re.sub(r"[^a-zA-Z]", "", name) or "a" for name in value)
        return (
            "{"
            + ", ".join(f"{name}: {_literal(each)}" for name, each in zip(names, value.values(), strict=True))
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value)


def _checked(
    database: Path,
    strategy: st.SearchStrategy[Any],
    send: Callable[[Ask, Any], Answered],
    examples: int = 200,
) -> None:
    """Everything that *strategy* makes is answered in order; some of it with errors."""
    told = 0
    with asking(database) as ask:

        @settings(max_examples=examples, suppress_health_check=SLOW)
        @given(strategy)
        def in_order(made: Any) -> None:
            nonlocal told
            told += check(send(ask, made))

        in_order()
    assert told > 20


def test_operations_that_break_a_rule_are_refused_in_plain_words(database: Path) -> None:
    def send(ask: Ask, asked: Asked) -> Answered:
        return ask(post, asked.text, variables=asked.variables)

    _checked(database, invalid_operations(schema()), send, examples=30)


def test_texts_with_a_slip_are_refused_in_plain_words(database: Path) -> None:
    texts = [
        file.read_text() for file in (Path(__file__).parents[2] / "schema" / "operations").glob("*.graphql")
    ]
    slips = st.tuples(st.sampled_from(texts), st.floats(0, 1), st.integers(0, 3), _texts)

    def send(ask: Ask, slip: tuple[str, float, int, str]) -> Answered:
        text, where, lost, added = slip
        place = int(where * len(text))
        return ask(post, text[:place] + added + text[place + lost :])

    _checked(database, slips, send)


@pytest.mark.parametrize("literal", [True, False], ids=["literals", "variables"])
def test_any_value_of_any_argument_is_answered_or_refused_in_plain_words(
    database: Path, *, literal: bool
) -> None:
    def send(ask: Ask, made: tuple[tuple[str, str, str, str], Any]) -> Answered:
        (field, argument, type_, below), value = made
        if literal:
            return ask(post, f"{{ {field}({argument}: {_literal(value)}){below} }}")
        return ask(post, f"query ($v: {type_}) {{ {field}({argument}: $v){below} }}", variables={"v": value})

    _checked(database, st.tuples(st.sampled_from(_arguments()), _values), send)


_headers = st.dictionaries(
    st.sampled_from(
        ["accept", "content-type", "content-encoding", "authorization", "origin", "content-length"]
    ),
    _texts.map(lambda text: text.encode().decode("latin-1"))
    | st.sampled_from(["*/*", MODERN, "application/json", "9"]),
)
_bodies = (
    st.binary(max_size=60)
    | _values.map(lambda value: json.dumps(value).encode())
    | st.builds(
        lambda members: json.dumps(members).encode(),
        st.dictionaries(
            st.sampled_from(["query", "variables", "operationName", "extensions", "documentId"]),
            _values
            | st.just("{ revision }")
            | st.just({"persistedQuery": {"version": 1, "sha256Hash": "ab"}}),
        ),
    )
)
_queries = st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions", "documentId"]), _texts
).map(urlencode) | _texts.map(lambda text: text.encode().decode("latin-1").encode("latin-1"))


def test_any_http_is_answered_or_refused_in_plain_words(database: Path) -> None:
    requests = st.tuples(
        st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
        st.sampled_from(["/graphql", "/graphql/", "/", "/nothing"]),
        _headers,
        _bodies,
        _queries,
    )

    def send(ask: Ask, made: Any) -> Answered:
        method, path, headers, body, query = made
        return ask(call, method, path, headers=list(headers.items()), body=body, query_string=query)

    _checked(database, requests, send)
