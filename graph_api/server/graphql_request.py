"""GraphQL requests as clients send them, checked: https://graphql.github.io/graphql-over-http/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a well-formed request asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]


class Malformed(Exception):
    """The request is answered with *status* and one error, without looking at any operation."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def from_body(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    return _checked(_json(body, "the body"))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in the query string of a GET."""
    try:
        given = dict(parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise Malformed(400, "the query string must be URL-encoded UTF-8", "BAD_REQUEST") from None
    asked: dict[str, Any] = {**given}
    for name in ("variables", "extensions"):
        if name in given:
            asked[name] = _json(given[name].encode(), name) if given[name] else None
    return _checked(asked)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed(400, f"{name} must be JSON in UTF-8", "BAD_REQUEST") from None


def _checked(given: Any) -> GraphQLRequest:
    if not isinstance(given, dict):
        raise Malformed(400, "the request must be one JSON object; batches are not answered", "BAD_REQUEST")
    asked: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON object
    query = asked.get("query")
    if not isinstance(query, str) or not query:
        raise Malformed(400, "query must be text", "BAD_REQUEST")
    name = asked.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Malformed(400, "operationName must be text", "BAD_REQUEST")
    return GraphQLRequest(query, _object(asked, "variables"), name or None, _object(asked, "extensions"))


def _object(asked: dict[str, Any], name: str) -> dict[str, Any]:
    value: Any = asked.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(400, f"{name} must be an object", "BAD_REQUEST")
    return value  # pyright: ignore[reportUnknownVariableType] - any JSON object
