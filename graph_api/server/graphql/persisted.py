"""Operations that clients name instead of sending them: automatic persisted queries and trusted documents.

Automatic persisted queries speak Apollo's protocol: a client sends the SHA-256 of its text; a server that
does not know it says so, and learns the text from the next request, which carries both. Only what was
executed is learned, so that nobody can fill the memory with texts that would be refused.

Trusted documents are known from the start, by an id, by their SHA-256 or by their exact text; `documentId`
is the appendix on persisted documents of GraphQL over HTTP. With *only*, nothing else is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from graph_api.errors import HttpError
from graph_api.execution.engine import Answer
from graph_api.execution.lru import Lru
from graph_api.server.graphql.request import GraphQLRequest, json_object
from graph_api.server.http_errors import bad_request

_ENTRY_BYTES = 300  # what an entry takes beside its text
_EXTENSION = "persistedQuery"
_PREFIX = "sha256:"


class Persisted:
    """The texts that can be asked for by name: *trusted* ones for good, and at most *capacity_bytes* of those
    that clients taught it. With a capacity of 0 it learns none."""

    def __init__(
        self, capacity_bytes: int, trusted: Mapping[str, str] | None = None, *, only: bool = False
    ) -> None:
        self._trusted = _by_every_name(trusted or {})
        self._texts = frozenset(self._trusted.values())
        self._only = only
        self._learns = capacity_bytes > 0 and not only
        self._learned: Lru[str, str] = Lru(capacity_bytes)

    def text(self, asked: GraphQLRequest) -> str:
        """The text of the operation that is asked for. Raises `HttpError` when it is not known, not what its
        hash says, or not trusted where only trusted ones are answered."""
        if asked.query:
            if asked.extensions and (sha256 := _sha256(asked.extensions)):
                _check(asked.query, sha256)
            if not self.answers(asked.query):
                raise HttpError(
                    403, "only trusted documents are answered, and this is none", "DOCUMENT_NOT_TRUSTED"
                )
            return asked.query
        name = asked.document_id or _sha256(asked.extensions)
        found = self._trusted.get(name) or self._learned.get(name.removeprefix(_PREFIX))
        if found is None:
            raise self._unknown()
        return found

    def answers(self, text: str) -> bool:
        """Whether this text may be asked for."""
        return not self._only or text in self._texts

    def learn(self, asked: GraphQLRequest, answer: Answer) -> None:
        """What *asked* carries beside its hash is known from now on, if it was executed."""
        if self._learns and asked.query and answer.executed and (sha256 := _sha256(asked.extensions)):
            self._learned.put(sha256, asked.query, len(asked.query.encode()) + _ENTRY_BYTES)

    def _unknown(self) -> HttpError:
        if self._learns or self._trusted:
            return HttpError(404, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return HttpError(404, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")


def _by_every_name(trusted: Mapping[str, str]) -> dict[str, str]:
    named = dict(trusted)
    for text in trusted.values():
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        named |= {sha256: text, _PREFIX + sha256: text}
    return named


def _sha256(extensions: Mapping[str, Any]) -> str:
    """The hash by which an operation is asked for, empty when it is not asked for by hash."""
    given: Any = extensions.get(_EXTENSION)
    if given is None:
        return ""
    named = json_object(given) or {}
    sha256 = named.get("sha256Hash") if named.get("version") == 1 else None
    if not isinstance(sha256, str) or not sha256:
        raise bad_request("extensions.persistedQuery must have version 1 and a sha256Hash")
    return sha256.lower()


def _check(text: str, sha256: str) -> None:
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise HttpError(400, "provided sha does not match query", "PERSISTED_QUERY_HASH_MISMATCH")
