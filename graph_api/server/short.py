"""The short way: an answer that nothing has to be waited for goes from a connection's bytes to its bytes at once.

Why beside ASGI: a task, its events, its messages and their checks take more time than such an answer does. What is
asked, who may ask, and what is answered, logged and counted is decided by the very functions that ASGI requests
meet. Whatever cannot be answered so (a refusal, a miss, a setting that stands before operations) takes the ordinary
way from its first byte, as if nothing had been tried.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from graph_api.server.graphql_http import GraphQLEndpoint
from graph_api.server.observation import seen
from graph_api.server.observation.observer import Observer
from graph_api.server.service import Header
from graph_api.settings import Settings


class ShortWay:
    """Answers POST requests for operations; *observer* sees them as it sees all others."""

    def __init__(self, endpoint: GraphQLEndpoint, observer: Observer) -> None:
        self._endpoint = endpoint
        self._observer = observer

    def answer(self, scope: Scope, body: bytes, default_headers: list[Header]) -> tuple[bytes, bytes] | None:
        """Head and body of the response to the request with this *body*, which is over then; None when it has to
        take the ordinary way."""
        request = seen.of(scope)
        reply = self._endpoint.at_once(request, body)
        if reply is None:
            return None
        request.status, request.bytes = reply.status, len(reply.body)
        self._observer.began()
        self._observer.ended(request)
        head = _head(reply.status, (*default_headers, *reply.headers))
        return b"%bcontent-length: %d\r\n\r\n" % (head, len(reply.body)), reply.body


def is_open(settings: Settings) -> bool:
    """Whether there is a short way with these settings: nothing stands before operations that changes requests
    or answers."""
    return not (
        settings.rate_limit or settings.cors_origins or settings.trusted_proxies or settings.root_path
    )


@lru_cache(64)  # they differ by the date, the revision and the type of the answer
def _head(status: int, headers: tuple[Header, ...]) -> bytes:
    lines = (b"%b: %b\r\n" % header for header in headers)
    return b"".join([STATUS_LINE[status], *lines])
