"""Turns the answer to an operation into an HTTP response: status, headers, ETag, content coding.

application/graphql-response+json has a status that says whether the operation was executed; the older
application/json has 200 for every well-formed request.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from graph_api.execution.content_coding import CODINGS, compressed, decompressed
from graph_api.execution.engine import Answer
from graph_api.server.graphql.negotiation import (
    PLAIN_JSON,
    RESPONSE_JSON,
    HeadersByName,
    content_coding,
    matching_tag,
)
from graph_api.server.http_errors import SAFE_HEADERS
from graph_api.server.runtime.compression import MIN_COMPRESSED_BYTES
from graph_api.server.state import ApiState, Header

CONTENT_TYPES = {
    name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (PLAIN_JSON, RESPONSE_JSON)
}
UNCACHED = (b"cache-control", b"no-store")
ALLOW = (b"allow", b"GET, HEAD, POST")
MAX_INLINE_BYTES = 65_536  # larger answers are hashed and compressed on a thread


class HttpResponse(NamedTuple):
    """*shared* headers are those of many responses, *own* ones of this one; content-length is in neither."""

    status: int
    shared: tuple[Header, ...]
    own: list[Header]
    body: bytes


class ResponseBuilder:
    """Builds responses with the headers that the settings ask for."""

    def __init__(self, state: ApiState) -> None:
        self._state = state
        names = [
            b"accept",
            b"authorization" * state.access.has_keys,
            b"origin" * state.cross_site.varies_by_origin,
        ]
        self._vary = b", ".join(filter(None, names))
        self._cache_control = (b"cache-control", state.settings.cache_control.encode())
        self._revision_headers: list[Header] = []
        self._shared: dict[tuple[str, bool], tuple[Header, ...]] = {}  # with these revision headers

    def shared_headers(
        self, answer: Answer, media_type: str, revision_headers: list[Header]
    ) -> tuple[Header, ...]:
        """Headers that many responses have; equal ones are one object."""
        if revision_headers is not self._revision_headers:
            self._revision_headers, self._shared = revision_headers, {}
        key = (media_type, _is_compressible(answer))
        shared = self._shared.get(key)
        if shared is None:
            vary = self._vary + b", accept-encoding" if key[1] else self._vary
            shared = (CONTENT_TYPES[media_type], (b"vary", vary), *SAFE_HEADERS, *revision_headers)
            self._shared[key] = shared
        return shared

    def build(
        self,
        answer: Answer,
        method: str,
        headers: HeadersByName,
        media_type: str,
        shared: tuple[Header, ...],
    ) -> HttpResponse:
        """The response. Thread-safe: it only adds encodings and tags to the cached answer."""
        status, own = _status(answer, media_type, method), list[Header]()
        coding = accepted_coding(headers) if _is_compressible(answer) else ""
        if method != "POST":
            if status == 200 and answer.timeless:  # noqa: PLR2004 - the number is the name
                tag = _entity_tag(answer, media_type)
                known = matching_tag(tag, headers.get(b"if-none-match", b""))
                if known:
                    return HttpResponse(304, shared[1:], [(b"etag", known), self._cache_control], b"")
                own += [(b"etag", _tag_of_coding(tag, coding)), self._cache_control]
            else:
                own.append(UNCACHED)
            if status == 405:  # noqa: PLR2004 - the number is the name
                own.append(ALLOW)
        if coding:
            own.append((b"content-encoding", coding.encode()))
        return HttpResponse(status, shared, own, _encoded(answer, coding))


def accepted_coding(headers: HeadersByName) -> str:
    """The content coding of a large answer, empty for none."""
    accepted = headers.get(b"accept-encoding")
    return (content_coding(accepted, CODINGS) or "") if accepted else ""


def is_slow_to_build(answer: Answer, method: str, headers: HeadersByName, media_type: str) -> bool:
    """Whether `build` has to hash or compress so much that it would block the event loop."""
    tags = answer.cached.tags if answer.cached is not None else ()
    needs_tag = method != "POST" and media_type not in tags
    if answer.coding:
        return needs_tag  # it has to be decompressed, once
    return len(answer.body) > MAX_INLINE_BYTES and (needs_tag or accepted_coding(headers) != "")


def _is_compressible(answer: Answer) -> bool:
    return len(answer.body) >= MIN_COMPRESSED_BYTES or answer.coding != ""


def _status(answer: Answer, media_type: str, method: str) -> int:
    if answer.code is None:
        return 200
    if answer.executed:
        return 500
    if answer.code == "OPERATION_NOT_SUPPORTED" and method != "POST":
        return 405
    return 400 if media_type == RESPONSE_JSON else 200


def _encoded(answer: Answer, coding: str) -> bytes:
    """The body in *coding*; a cached answer keeps it."""
    if coding == answer.coding:
        return answer.body
    body = compressed(answer.body, coding)
    if answer.cached is not None:
        answer.cached.encodings[coding] = body
    return body


def _entity_tag(answer: Answer, media_type: str) -> bytes:
    """The ETag of the answer without coding; a cached answer keeps it."""
    tags = answer.cached.tags if answer.cached is not None else {}
    tag = tags.get(media_type)
    if tag is None:
        plain = decompressed(answer.body, answer.coding) if answer.coding else answer.body
        digest = hashlib.blake2b(plain, digest_size=16, key=media_type.encode()).hexdigest()
        tag = tags[media_type] = f'"{digest}"'.encode()
    return tag


def _tag_of_coding(tag: bytes, coding: str) -> bytes:
    """The ETag of the same answer in *coding*: a strong ETag names one sequence of bytes."""
    return b'%b-%b"' % (tag[:-1], coding.encode()) if coding else tag
