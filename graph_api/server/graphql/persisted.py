"""Persisted operations: clients name them instead of sending their text.

Automatic persisted queries (Apollo's protocol): a client sends the SHA-256 of its text; a server that does not know
it answers PersistedQueryNotFound, and stores the text from the next request, which carries both. Only operations that
were executed are stored, so that clients cannot fill the memory with invalid texts.

Trusted documents are read at start from a folder or a manifest. Clients name them by id (`documentId`, the appendix of
GraphQL over HTTP), by SHA-256 or by their exact text. With `--trusted-only` the server answers no other operation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from graph_api.errors import HttpError, OperationRefused, SourceError
from graph_api.execution.engine import Answer
from graph_api.execution.lru import Lru
from graph_api.execution.operation_cache import OperationCache
from graph_api.server.graphql.request import GraphQLRequest, json_object
from graph_api.server.http_errors import bad_request

_ENTRY_BYTES = 300  # memory of an entry beside its text
_EXTENSION = "persistedQuery"
_PREFIX = "sha256:"


class PersistedOperations:
    """Finds the text of persisted operations: *trusted* documents by id, and those that clients stored.

    Those of clients take at most *capacity_bytes*; 0 disables automatic persisted queries.
    """

    def __init__(
        self, capacity_bytes: int, trusted: Mapping[str, str] | None = None, *, only: bool = False
    ) -> None:
        self._trusted = _by_every_name(trusted or {})
        self._texts = frozenset(self._trusted.values())
        self._only = only
        self._stores = capacity_bytes > 0 and not only
        self._stored: Lru[str, str] = Lru(capacity_bytes)

    def text(self, request: GraphQLRequest) -> str:
        """The text of the operation. Raises `HttpError` for an unknown name, a text that differs from its hash, and,
        with `--trusted-only`, a text that is not trusted."""
        if not request.query:
            return self._find(request)
        if request.extensions and (sha256 := _sha256(request.extensions)):
            _check(request.query, sha256)
        if not self.allows(request.query):
            message = "this server answers trusted documents only, and the operation is not one of them"
            raise HttpError(403, message, "DOCUMENT_NOT_TRUSTED")
        return request.query

    def allows(self, text: str) -> bool:
        """Whether clients may send this text."""
        return not self._only or text in self._texts

    def store(self, request: GraphQLRequest, answer: Answer) -> None:
        """Stores the text that *request* carries beside its hash, if it was executed."""
        if self._stores and request.query and answer.executed and (sha256 := _sha256(request.extensions)):
            self._stored.put(sha256, request.query, len(request.query.encode()) + _ENTRY_BYTES)

    def _find(self, request: GraphQLRequest) -> str:
        name = request.document_id or _sha256(request.extensions)
        text = self._trusted.get(name) or self._stored.get(name.removeprefix(_PREFIX))
        if text is None:
            raise self._not_found()
        return text

    def _not_found(self) -> HttpError:
        """Apollo's clients compare these messages."""
        if self._stores or self._trusted:
            return HttpError(404, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return HttpError(404, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")


def _by_every_name(trusted: Mapping[str, str]) -> dict[str, str]:
    named = dict(trusted)
    for text in trusted.values():
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        named |= {sha256: text, _PREFIX + sha256: text}
    return named


def _sha256(extensions: Mapping[str, Any]) -> str:
    """The hash in `extensions.persistedQuery`, empty without one."""
    extension: Any = extensions.get(_EXTENSION)
    if extension is None:
        return ""
    members = json_object(extension) or {}
    sha256 = members.get("sha256Hash") if members.get("version") == 1 else None
    if not isinstance(sha256, str) or not sha256:
        raise bad_request("extensions.persistedQuery must have version 1 and a sha256Hash")
    return sha256.lower()


def _check(text: str, sha256: str) -> None:
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise HttpError(400, "provided sha does not match query", "PERSISTED_QUERY_HASH_MISMATCH")


# -- trusted documents ---------------------------------------------------------------------------------

_APOLLO = "apollo-persisted-query-manifest"
_SUFFIXES = frozenset({".graphql", ".gql"})

_Document = tuple[str, str, str]  # place, for messages; id; text


def read_trusted_documents(source: Path, preparation: OperationCache) -> dict[str, str]:
    """Texts by id of the documents in *source*, a folder or a manifest.

    A folder holds `.graphql` files, whose ids are their paths without the suffix. A manifest is JSON: Apollo's
    `generate-persisted-query-manifest`, or an object of texts by id, as relay-compiler and graphql-codegen write.
    Every document is validated. Raises `SourceError` that lists all that the server could not answer.
    """
    documents = list(_in_folder(source) if source.is_dir() else _in_manifest(source))
    if not documents:
        raise SourceError(f"{source} holds no documents")
    problems = [line for place, _, text in documents for line in _problems(place, text, preparation)]
    texts = {id: text for _, id, text in documents}
    if len(texts) < len(documents):
        problems.append(f"{source}: an id is given twice")
    if problems:
        raise SourceError("\n".join(["these trusted documents cannot be served", *problems]))
    return texts


def _in_folder(folder: Path) -> Iterator[_Document]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in _SUFFIXES and file.is_file():
            yield str(file), file.relative_to(folder).with_suffix("").as_posix(), _read(file)


def _in_manifest(file: Path) -> Iterator[_Document]:
    try:
        manifest: Any = orjson.loads(_read(file))
    except orjson.JSONDecodeError as error:
        raise SourceError(
            f"{file}:{error.lineno}:{error.colno} a manifest must be JSON: {error.msg}"
        ) from None
    for id, text in _manifest_entries(manifest, file):
        if not isinstance(id, str) or not id or not isinstance(text, str):
            raise SourceError(f"{file}: {id!r}: an entry must have an id and the text of a document")
        yield f"{file}: {id}", id, text


def _manifest_entries(manifest: Any, file: Path) -> Iterator[tuple[object, object]]:
    members = json_object(manifest)
    if members is None:
        raise SourceError(f"{file}: a manifest must be one JSON object")
    if "format" not in members:
        yield from members.items()
        return
    operations: Any = members.get("operations")
    if (members["format"], members.get("version")) != (_APOLLO, 1) or not isinstance(operations, list):
        raise SourceError(f"{file}: only version 1 of the format {_APOLLO!r} is supported")
    for each in map(json_object, operations):  # pyright: ignore[reportUnknownArgumentType] - any JSON
        yield (each.get("id"), each.get("body")) if each else (None, None)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"{file}: the file is not UTF-8") from None
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from None


def _problems(place: str, text: str, preparation: OperationCache) -> Iterator[str]:
    try:
        preparation.check(text)
    except OperationRefused as refused:
        for error in refused.errors:
            at = "".join(f":{one['line']}:{one['column']}" for one in error.get("locations", ())[:1])
            yield f"{place}{at or ':'} {error['message']}"
