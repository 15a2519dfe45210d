"""The error tree: one root, one branch for each kind of answer.

    GraphApiError
    |-- UsageError           a setting or argument that cannot work          exit code 2
    |-- SourceError          a source folder that cannot be ingested         exit code 3
    |-- StoreError           a database that cannot be opened or written     exit code 3
    |   |-- StoreOutdated    ... written by another version of the schema
    |   `-- StoreLocked      ... held by another ingester
    |-- AdjacencyUnfit       a file of edges that is to be built anew (see `graph_api.graph.adjacency`)
    |-- Overloaded           more work than can wait; the client may ask again
    `-- RequestError         what a client got wrong; carries a stable code
        `-- AnswerTooLarge   ... seen only while its answer is made

Problems of documents are data, not exceptions: see `graph_api.records.Problem`.
"""

from __future__ import annotations


class GraphApiError(Exception):
    """Something a person or a client can act on: the text says what, where and what would work."""


class UsageError(GraphApiError):
    """A setting or an argument has a value that cannot work."""


class SourceError(GraphApiError):
    """A source folder is missing, empty, or holds nothing that can be ingested."""


class StoreError(GraphApiError):
    """The database cannot be opened, read or written."""


class StoreOutdated(StoreError):
    """The database was written by another schema version: it is a cache and can be rebuilt."""


class StoreLocked(StoreError):
    """Another ingester holds the database."""


class Overloaded(GraphApiError):
    """There is more work than can wait for its turn; whoever asks again later may be answered."""


class RequestError(GraphApiError):
    """A client's operation is refused; *code* is the stable `extensions.code` of the answer."""

    def __init__(self, message: str, *, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.code = code


class AnswerTooLarge(RequestError):
    """An operation's answer would have more than *allowed* bytes, or is made from longer texts than that."""

    def __init__(self, allowed: int) -> None:
        super().__init__(f"the answer has more than {allowed} bytes", code="LIMIT_EXCEEDED")
        self.allowed = allowed
