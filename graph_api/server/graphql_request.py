"""GraphQL requests as clients send them, checked: https://graphql.github.io/graphql-over-http/."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from graph_api.server.refusals import bad_request

_PARAMETERS = frozenset({"query", "variables", "operationName", "extensions"})


class GraphQLRequest(NamedTuple):  # a frozen dataclass takes four times as long to make
    """What a well-formed request asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]


def from_body(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    return _checked(_json(body, "the body"))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in the query string of a GET; parameters that are not GraphQL's are ignored."""
    try:
        given = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise bad_request("the query string must be URL-encoded UTF-8") from None
    asked: dict[str, Any] = {}
    for name, value in given:
        if name in asked:
            raise bad_request(f"{name} is given more than once")
        if name in _PARAMETERS:
            asked[name] = value
    for name in ("variables", "extensions"):
        if text := asked.pop(name, ""):
            asked[name] = _json(text.encode(), name)
    return _checked(asked)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_request(f"{name} must be JSON in UTF-8") from None


def _checked(given: Any) -> GraphQLRequest:
    if not isinstance(given, dict):
        raise bad_request("the request must be one JSON object; batches are not answered")
    asked: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON object
    query = asked.get("query")
    if not isinstance(query, str) or not query:
        raise bad_request("query must be given, as text" if not query else "query must be text")
    name = asked.get("operationName")
    if name is not None and not isinstance(name, str):
        raise bad_request("operationName must be text")
    return GraphQLRequest(query, _object(asked, "variables"), name or None, _object(asked, "extensions"))


def _object(asked: dict[str, Any], name: str) -> dict[str, Any]:
    value: Any = asked.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object")
    return value  # pyright: ignore[reportUnknownVariableType] - any JSON object
