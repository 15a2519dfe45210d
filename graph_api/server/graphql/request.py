"""Parses GraphQL requests: https://graphql.github.io/graphql-over-http/."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import orjson

from graph_api.server.http_errors import bad_request

_CACHED = 512  # decoded parts of query strings: clients repeat the same texts
_MAX_CACHED_CHARACTERS = 4_096
_SURROGATE = re.compile("[\ud800-\udfff]")
_PARAMETERS = frozenset({"query", "documentId", "variables", "operationName", "extensions"})


class GraphQLRequest(NamedTuple):  # creating a frozen dataclass takes four times as long
    """A well-formed request. Where *query* is empty, *document_id* or the *extensions* name a persisted operation."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]
    document_id: str = ""


def from_body(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    return _checked(_json(body, "the body"))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in the query string of a GET; other parameters are ignored."""
    try:
        parts = filter(None, query_string.decode("ascii").split("&"))
        pairs = [[_decoded(text) for text in part.partition("=")[::2]] for part in parts]
    except ValueError:
        raise bad_request("the query string must be URL-encoded UTF-8") from None
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise bad_request(f"the parameter {name} is given more than once")
        if name in _PARAMETERS:
            members[name] = value
    for name in ("variables", "extensions"):
        if text := members.pop(name, ""):
            members[name] = _json(text.encode(), name)
    return _checked(members)


def json_object(value: Any) -> dict[str, Any] | None:  # Any: any JSON value
    """*value* when it is a JSON object, else None."""
    return value if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType] - any JSON


def _decoded(text: str) -> str:
    return _decode_cached(text) if len(text) <= _MAX_CACHED_CHARACTERS else _decode(text)


def _decode(text: str) -> str:
    return unquote_plus(text, errors="strict")


_decode_cached = lru_cache(_CACHED)(_decode)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        path = [] if name == "the body" else [name]
        raise bad_request(_lone_surrogate(text, path) or f"{name} must be JSON in UTF-8") from None


def _lone_surrogate(text: bytes, path: list[str]) -> str | None:
    """The message for JSON with a lone surrogate, which orjson refuses; None for other malformed JSON."""
    if b"\\ud" not in text.lower():
        return None
    try:
        place, half = next(_surrogates(json.loads(text), path))
    except (ValueError, RecursionError, StopIteration):
        return None
    where = ".".join(place) or "the body"
    return f"{where} holds {half}, half of a surrogate pair: send whole Unicode characters"


def _surrogates(value: Any, path: list[str]) -> Iterator[tuple[list[str], str]]:
    """The lone surrogates in the strings and keys of a JSON value, escaped, with the path to each."""
    if isinstance(value, str):
        yield from ((path, ascii(half)[1:-1]) for half in _SURROGATE.findall(value))
    elif isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
        for index, item in enumerate(items):
            yield from _surrogates(item, [*path, str(index)])
    elif (members := json_object(value)) is not None:
        for key, member in members.items():
            yield from _surrogates(key, path)
            yield from _surrogates(member, [*path, key])


def _checked(value: Any) -> GraphQLRequest:
    members = json_object(value)
    if members is None:
        raise bad_request("the request must be one JSON object; batches are not supported")
    name = members.get("operationName")
    if name is not None and not isinstance(name, str):
        raise bad_request("operationName must be a string")
    extensions = _object(members, "extensions")
    query = members.get("query")
    if not isinstance(query, str) or not query:
        return _persisted(members, name, extensions)
    if members.get("documentId") is not None:
        raise bad_request("give query or documentId, not both")
    return GraphQLRequest(query, _object(members, "variables"), name or None, extensions)


def _persisted(members: dict[str, Any], name: str | None, extensions: dict[str, Any]) -> GraphQLRequest:
    """A request that names a persisted operation."""
    id = members.get("documentId")
    if members.get("query") not in (None, ""):
        raise bad_request("query must be a string")
    if id is not None and (not isinstance(id, str) or not id):
        raise bad_request("documentId must be a string that is not empty")
    if id is None and extensions.get("persistedQuery") is None:
        raise bad_request("query is missing: give the text of an operation")
    return GraphQLRequest("", _object(members, "variables"), name or None, extensions, id or "")


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value: Any = members.get(name)
    if value is None:
        return {}
    if (found := json_object(value)) is None:
        raise bad_request(f"{name} must be a JSON object")
    return found
