"""Every exception that the package raises on purpose, and every error code that a client can receive.

    GraphApiError
    |-- UsageError              an option, argument or setting that cannot work             exit code 2
    |-- SourceError             a source folder that cannot be ingested                     exit code 3
    |-- StoreError              a database that cannot be opened, read or written           exit code 3
    |   |-- StoreOutdated       ... written by another version of the tables
    |   |-- StoreLocked         ... locked by another ingest
    |   |-- StoreDamaged        ... whose pages do not fit together; an ingest rebuilds it
    |   `-- ArraysMismatch      ... a file of arrays beside the database that must be rebuilt
    |-- StartError              a server that cannot start: its address, or a worker         exit code 3
    |-- DocumentError           a document, or a value in it, that cannot be used
    |   |-- InvalidUrl          ... an address that cannot identify an article
    |   |-- InvalidFrontMatter  ... front matter that cannot be read
    |   |-- ExactParseRequired  ... a value whose meaning depends on how it is written
    |   `-- ParseStopped        ... a file with too many problems to read on
    |-- RequestError            a client's request that cannot be answered; has a code      exit code 1
    |   |-- AnswerTooLarge      ... the answer exceeds its size limit
    |   |-- OperationRefused    ... an operation with one or more errors, before it runs
    |   |-- HttpError           ... an HTTP status and one error
    |   `-- Overloaded          ... too many operations wait; a retry may succeed
    `-- Interruption            work that was stopped; its caller handles it
        |-- RevisionChanged     ... the content changed: run the plan again
        |-- ReadPaused          ... a read that cannot be answered in time on the event loop
        |-- ReadCancelled       ... the operation that reads was cancelled
        |-- ClientDisconnected
        `-- DeadlineExceeded

Problems of documents are data, not exceptions: see `graph_api.records.Problem`.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

CODES: Mapping[str, str] = {
    "GRAPHQL_PARSE_FAILED": "The operation's text is not valid GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The operation does not match the schema.",
    "OPERATION_RESOLUTION_FAILURE": "`operationName` names no operation, or is missing although the text has several.",
    "OPERATION_NOT_SUPPORTED": "The operation is a mutation or subscription; this API answers queries only.",
    "INTROSPECTION_DISABLED": "This server does not publish its schema.",
    "BAD_USER_INPUT": "A variable or an argument has an invalid value.",
    "BAD_ID": "An id is malformed.",
    "BAD_PAGE": "A page size, a combination of paging arguments, a depth or a limit is out of range, such as `first: 101`.",
    "BAD_CURSOR": "A cursor is malformed, or belongs to another list.",
    "FILTER_TOO_DEEP": "A filter nests conditions too deeply.",
    "FILTER_TOO_LARGE": "A filter has too many conditions.",
    "LIMIT_EXCEEDED": "The operation exceeds a limit; the extensions hold `limit`, `asked` and `allowed`.",
    "BAD_REQUEST": "The request is malformed: no JSON, no query, or a parameter of the wrong type.",
    "UNAUTHENTICATED": "The request has no API key, or an unknown one.",
    "FORBIDDEN": "The API key lacks a scope; the message names it.",
    "PERSISTED_QUERY_NOT_FOUND": "The server does not know this hash or id; send the text too.",
    "PERSISTED_QUERY_NOT_SUPPORTED": "The server stores no operations by hash or id; send the text without a hash.",
    "PERSISTED_QUERY_HASH_MISMATCH": "The hash is not the SHA-256 of the text.",
    "DOCUMENT_NOT_TRUSTED": "The server answers trusted documents only, and the text is not one of them.",
    "CROSS_SITE_REQUEST": "A page of another origin may not send this request, or could have made a browser send it; the message says what is needed.",
    "NOT_FOUND": "The path does not exist.",
    "METHOD_NOT_ALLOWED": "The path does not support the method; the header `Allow` lists those it does.",
    "NOT_ACCEPTABLE": "`Accept` excludes both response media types.",
    "UNSUPPORTED_MEDIA_TYPE": "The body is not uncompressed `application/json` in UTF-8.",
    "REQUEST_TOO_LARGE": "The body is too large.",
    "HEADERS_TOO_LARGE": "The request's address and headers are too large.",
    "REQUEST_TIMEOUT": "The request did not arrive in time.",
    "RATE_LIMITED": "The client has used up its rate; `Retry-After` says when to retry.",
    "OVERLOADED": "The server is overloaded; `Retry-After` says when to retry.",
    "DEADLINE_EXCEEDED": "The operation exceeded its deadline and was cancelled.",
    "SERVICE_UNAVAILABLE": "The server has no graph loaded.",
    "INTERNAL_SERVER_ERROR": "The server failed; the server's log has the reason.",
}
"""Every `extensions.code`, with its meaning."""


_FRAMES = 6  # of an exception that is logged
_MESSAGE_LENGTH = 500


class GraphApiError(Exception):
    """The root. Its text says what is wrong, with which value, and what works instead."""

    exit_code: ClassVar[int] = 3


class UsageError(GraphApiError):
    """An option, argument or setting has a value that cannot work."""

    exit_code = 2


class SourceError(GraphApiError):
    """A source folder is missing, empty, or holds nothing that can be ingested."""


class StoreError(GraphApiError):
    """The database cannot be opened, read or written."""


class StoreOutdated(StoreError):
    """The database was written by another version of the tables; an ingest rebuilds it."""


class StoreLocked(StoreError):
    """Another ingest has locked the database."""


class StoreDamaged(StoreError):
    """The pages of the database do not fit together; an ingest rebuilds it."""


class ArraysMismatch(StoreError):
    """A file of arrays is absent, damaged, or of another form or revision; it must be rebuilt."""


class StartError(GraphApiError):
    """The server cannot start: its address is not available, or a worker ended."""


class DocumentError(GraphApiError):
    """A document, or a value in it, cannot be used; the documents room turns it into a `Problem`."""


class InvalidUrl(DocumentError):
    """The text is not an address that can identify an article."""


class InvalidFrontMatter(DocumentError):
    """A document has no front matter that can be read; *code* is that of the problem."""

    def __init__(self, code: str, line: int, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column


class ExactParseRequired(DocumentError):
    """The fast YAML parser lost how a value is written, which its meaning depends on."""


class ParseStopped(DocumentError):
    """The file has so many problems or values that the parser stops."""


class RequestError(GraphApiError):
    """A client's request cannot be answered; *code* is its `extensions.code`."""

    exit_code = 1

    def __init__(self, message: str, *, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.code = code


class AnswerTooLarge(RequestError):
    """The answer would have more than *allowed* bytes, or is made from longer texts than that."""

    def __init__(self, allowed: int) -> None:
        super().__init__(f"the answer has more than {allowed} bytes", code="LIMIT_EXCEEDED")
        self.allowed = allowed


class OperationRefused(RequestError):
    """The operation has no data, only these *errors*, each as GraphQL's response format has it."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:  # Any: JSON
        super().__init__(
            "; ".join(error["message"] for error in errors), code=errors[0]["extensions"]["code"]
        )
        self.errors = errors


class HttpError(RequestError):
    """The request is answered with an HTTP *status*, *headers* and one error."""

    def __init__(
        self, status: int, message: str, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.headers = headers or {}


class Overloaded(RequestError):
    """Too many operations wait; a retry may succeed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="OVERLOADED")


class Interruption(GraphApiError):
    """Work was stopped before it had a result."""


class RevisionChanged(Interruption):
    """The store has another revision than the plan started with: run the plan again."""


class ReadPaused(Interruption):
    """The read cannot be answered on the event loop now: the plan continues in a thread, or later."""


class ReadCancelled(Interruption):
    """The operation that reads was cancelled."""


class ClientDisconnected(Interruption):
    """The client closed the connection before the response."""


class DeadlineExceeded(Interruption):
    """The work was cancelled at its deadline."""


def one_line(error: BaseException) -> str:
    """The exception and where it was raised: `KeyError: 'x' at assembly.py:53 _values < engine.py:120 execute`.

    The innermost frames come first. Line breaks and other control characters are escaped.
    """
    message = str(error)[:_MESSAGE_LENGTH].encode("unicode_escape").decode("ascii")
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {message} at {places}"
