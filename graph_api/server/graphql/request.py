"""GraphQL requests as clients send them, checked: https://graphql.github.io/graphql-over-http/."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import orjson

from graph_api.server.http_errors import bad_request

_REMEMBERED = 512  # parts of query strings: their texts are asked for again and again
_SHORT = 4_096  # characters of one that is remembered
_PARAMETERS = frozenset({"query", "documentId", "variables", "operationName", "extensions"})


class GraphQLRequest(NamedTuple):  # a frozen dataclass takes four times as long to make
    """What a well-formed request asks for: the text *query*, or where that is empty a persisted operation,
    named by *document_id* or in the *extensions*."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]
    document_id: str = ""


def from_body(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    return _checked(_json(body, "the body"))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in the query string of a GET; parameters that are not GraphQL's are ignored."""
    try:
        parts = filter(None, query_string.decode("ascii").split("&"))
        given = [[_decoded(text) for text in part.partition("=")[::2]] for part in parts]
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


def _decoded(text: str) -> str:
    return _remembered(text) if len(text) <= _SHORT else unquote_plus(text, errors="strict")


@lru_cache(_REMEMBERED)
def _remembered(text: str) -> str:
    return unquote_plus(text, errors="strict")


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_request(f"{name} must be JSON in UTF-8") from None


def _checked(given: Any) -> GraphQLRequest:
    asked = json_object(given)
    if asked is None:
        raise bad_request("the request must be one JSON object; batches are not answered")
    name = asked.get("operationName")
    if name is not None and not isinstance(name, str):
        raise bad_request("operationName must be text")
    extensions = _object(asked, "extensions")
    query = asked.get("query")
    if not isinstance(query, str) or not query:
        return _persisted(asked, name, extensions)
    if asked.get("documentId") is not None:
        raise bad_request("give query or documentId, not both")
    return GraphQLRequest(query, _object(asked, "variables"), name or None, extensions)


def _persisted(asked: dict[str, Any], name: str | None, extensions: dict[str, Any]) -> GraphQLRequest:
    """A request for an operation that is named instead of sent."""
    id = asked.get("documentId")
    if asked.get("query") not in (None, ""):
        raise bad_request("query must be text")
    if id is not None and (not isinstance(id, str) or not id):
        raise bad_request("documentId must be text")
    if id is None and extensions.get("persistedQuery") is None:
        raise bad_request("query must be given, as text")
    return GraphQLRequest("", _object(asked, "variables"), name or None, extensions, id or "")


def json_object(value: Any) -> dict[str, Any] | None:  # Any: whatever JSON can be
    """*value* when it is a JSON object, else None."""
    return value if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType] - any JSON


def _object(asked: dict[str, Any], name: str) -> dict[str, Any]:
    value: Any = asked.get(name)
    if value is None:
        return {}
    if (found := json_object(value)) is None:
        raise bad_request(f"{name} must be an object")
    return found
