"""The short way: an answer that nothing has to be waited for goes from a connection's bytes to its bytes at once.

Why beside ASGI: a task, its events, its messages and their checks take more time than such an answer does. What is
asked, who may ask, and what is answered, logged and counted is decided by the very functions that ASGI requests
meet. Whatever cannot be answered so (a refusal, a miss, a setting that stands before operations) takes the ordinary
way from its first byte, as if nothing had been tried.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from graph_api.server.dispatch import is_operation
from graph_api.server.graphql.csrf import Sent
from graph_api.server.graphql.http import GraphQLEndpoint, Reply
from graph_api.server.observability import request_record
from graph_api.server.observability.observer import Observer
from graph_api.server.state import Header
from graph_api.settings import Settings


class ShortWay:
    """Answers requests for operations; *observer* sees them as it sees all others."""

    def __init__(self, endpoint: GraphQLEndpoint, observer: Observer) -> None:
        self._endpoint = endpoint
        self._observer = observer
        self._default_headers: list[Header] = []
        self._heads: dict[tuple[int, tuple[Header, ...]], bytes] = {}  # with these

    def answer(
        self, scope: Scope, sent: Sent, body: bytes, default_headers: list[Header]
    ) -> tuple[bytes, bytes] | None:
        """Head and body of the response to the request with this *body*, which is over then; None when it has to
        take the ordinary way. *sent* are its headers by name."""
        method: str = scope["method"]
        if method != "POST" and not is_operation(scope):
            return None
        request = request_record.of(scope)
        reply = self._endpoint.at_once(
            request, method, sent, body if method == "POST" else scope["query_string"]
        )
        if reply is None:
            return None
        request.status, request.bytes = reply.status, len(reply.body)
        self._observer.ended_at_once(request)
        return self._head(reply, default_headers), reply.body

    def _head(self, reply: Reply, default_headers: list[Header]) -> bytes:
        """All that stands before the body: what many responses have is made once, until the date changes."""
        if default_headers is not self._default_headers:
            self._default_headers, self._heads = default_headers, {}
        head = self._heads.get((reply.status, reply.headers))
        if head is None:
            head = STATUS_LINE[reply.status] + _lines((*default_headers, *reply.headers))
            self._heads[reply.status, reply.headers] = head
        if reply.status == 304:  # noqa: PLR2004 - the number is the name
            return b"%b%b\r\n" % (head, _lines(reply.own))
        return b"%b%bcontent-length: %d\r\n\r\n" % (head, _lines(reply.own), len(reply.body))


def is_open(settings: Settings) -> bool:
    """Whether there is a short way with these settings: nothing stands before operations that changes requests
    or answers."""
    return not (
        settings.rate_limit or settings.cors_origins or settings.trusted_proxies or settings.root_path
    )


def _lines(headers: Iterable[Header]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
