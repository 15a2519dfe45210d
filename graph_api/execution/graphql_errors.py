"""GraphQL errors with codes, and the response to an operation that is refused as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from graph_api.errors import OperationRefused

_WORDS = {"None": "null", "True": "true", "False": "false"}
_QUOTED_OR_WORD = re.compile(
    r"""unknown[ ]field[ ]'.*?',[ ]found:  # a name as the client wrote it, quotes and backslashes too
    | '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*"
    | \b(?:None|True|False)\b""",
    re.VERBOSE | re.DOTALL,
)


def refusal(message: str, code: str) -> OperationRefused:
    """An operation refused with one error."""
    return refusal_of([GraphQLError(message, extensions={"code": code})])


def refusal_of(errors: Iterable[GraphQLError]) -> OperationRefused:
    """An operation refused with these errors; each has a code."""
    return OperationRefused([dict(error.formatted) for error in errors])


def excess(limit: str, message: str, asked: int, allowed: int) -> GraphQLError:
    """The error of an operation that exceeds *limit*."""
    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed}
    return GraphQLError(message, extensions=extensions)


def refusal_body(refused: OperationRefused, most: int) -> bytes:
    """The response body, with at most so many errors."""
    return orjson.dumps({"errors": refused.errors[:most]})


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """The error with *code*, its message with GraphQL's `null`, `true` and `false` in place of Python's words."""
    extensions: Mapping[str, Any] = error.extensions or {}
    error.extensions = {**extensions, "code": code}
    error.message = _QUOTED_OR_WORD.sub(lambda found: _WORDS.get(found[0], found[0]), error.message)
    return error
