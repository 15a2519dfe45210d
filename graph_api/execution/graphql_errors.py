"""Refusing an operation as a whole: errors without data, each with a stable code.

`CODES` lists every `extensions.code` that a client can meet, those of the server's HTTP errors too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

CODES: Mapping[str, str] = {
    "GRAPHQL_PARSE_FAILED": "The operation's text is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The operation does not fit the schema.",
    "OPERATION_RESOLUTION_FAILURE": "`operationName` names no operation, or is missing beside several.",
    "OPERATION_NOT_SUPPORTED": "The operation is a mutation or subscription; only queries are answered.",
    "INTROSPECTION_DISABLED": "This server does not tell its schema.",
    "BAD_USER_INPUT": "A variable or an argument has a value that cannot be.",
    "BAD_ID": "An id is not one of this API.",
    "BAD_PAGE": "A page's size or direction cannot be, such as `first: 101`, or a walk's depth or limit.",
    "BAD_CURSOR": "A cursor is broken, or belongs to another list.",
    "FILTER_TOO_DEEP": "A filter nests conditions too deeply.",
    "FILTER_TOO_LARGE": "A filter has too many conditions.",
    "LIMIT_EXCEEDED": "The operation asks for too much; `limit`, `asked` and `allowed` stand beside the code.",
    "BAD_REQUEST": "The request is not well formed: not JSON, no query, a parameter of the wrong type.",
    "UNAUTHENTICATED": "An API key is needed, or the one sent is not known.",
    "FORBIDDEN": "The API key does not open this; the message names the scope that does.",
    "PERSISTED_QUERY_NOT_FOUND": "No operation is known by this hash or id; send its text along.",
    "PERSISTED_QUERY_NOT_SUPPORTED": "No operation is known by a hash or id; send its text alone.",
    "PERSISTED_QUERY_HASH_MISMATCH": "The hash is not the SHA-256 of the text beside it.",
    "DOCUMENT_NOT_TRUSTED": "Only trusted documents are answered, and this text is none of them.",
    "CROSS_SITE_REQUEST": "A page of another site could have made a browser send this; the message names a header that helps.",
    "NOT_FOUND": "There is nothing at this path.",
    "METHOD_NOT_ALLOWED": "The path does not know this method; `Allow` names those it knows.",
    "NOT_ACCEPTABLE": "`Accept` leaves neither of the media types that are answered.",
    "UNSUPPORTED_MEDIA_TYPE": "The body is not uncompressed `application/json` in UTF-8.",
    "REQUEST_TOO_LARGE": "The body is too large.",
    "HEADERS_TOO_LARGE": "The request's address and headers are too large.",
    "REQUEST_TIMEOUT": "The request did not arrive in time.",
    "RATE_LIMITED": "This client has asked for too much lately; `Retry-After` tells when to ask again.",
    "OVERLOADED": "The server has too much to do; `Retry-After` tells when to ask again.",
    "DEADLINE_EXCEEDED": "The operation was stopped because it took too long.",
    "SERVICE_UNAVAILABLE": "No graph is loaded.",
    "INTERNAL_SERVER_ERROR": "The server failed; the failure has been logged.",
}

_WORDS = {"None": "null", "True": "true", "False": "false"}
_QUOTED_OR_WORD = re.compile(
    r"""unknown[ ]field[ ]'.*?',[ ]found:  # a name as the client wrote it, quotes and backslashes too
    | '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*"
    | \b(?:None|True|False)\b""",
    re.VERBOSE | re.DOTALL,
)


class Refused(Exception):
    """The operation is answered with these errors and without data."""

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        super().__init__()
        self.errors = list(errors)

    @property
    def code(self) -> str:
        """The code of the first error."""
        extensions: Mapping[str, Any] = self.errors[0].extensions or {}
        return str(extensions["code"])

    def body(self, most: int) -> bytes:
        """The bytes of the response, with at most so many errors."""
        return orjson.dumps({"errors": [error.formatted for error in self.errors[:most]]})


def refused(message: str, code: str, **extensions: object) -> Refused:
    """A refusal with one error."""
    return Refused([GraphQLError(message, extensions={"code": code, **extensions})])


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """The error, carrying *code*; its message names values as GraphQL does, where the library does as Python."""
    extensions: Mapping[str, Any] = error.extensions or {}
    error.extensions = {**extensions, "code": code}
    error.message = _QUOTED_OR_WORD.sub(lambda found: _WORDS.get(found[0], found[0]), error.message)
    return error
