"""Requests that are answered with a status and one error, in JSON, wherever in the server that is decided."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import orjson

from graph_api.execution.log_format import one_line

logger = logging.getLogger(__name__)

# On every answer that is data: a browser shows it in no frame, takes it for nothing else, and lets no other
# site's page use it as an image or script.
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)


class Unanswered(Exception):
    """The request is answered with *status* and one error, and no operation's answer."""

    def __init__(
        self, status: int, message: str, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

    @property
    def body(self) -> bytes:
        """The JSON of the answer."""
        return orjson.dumps({"errors": [{"message": str(self), "extensions": {"code": self.code}}]})


def bad_request(message: str) -> Unanswered:
    """The request is not well formed."""
    return Unanswered(400, message, "BAD_REQUEST")


def late(deadline_s: int) -> Unanswered:
    """The request did not arrive in time."""
    return Unanswered(408, f"the request took longer than {deadline_s} s to arrive", "REQUEST_TIMEOUT")


def overloaded(message: str) -> Unanswered:
    """The client may ask again soon."""
    return Unanswered(503, message, "OVERLOADED", {"retry-after": "1"})


def failed(error: Exception) -> Unanswered:
    """The client learns that the server failed; why is logged here, once, on one line."""
    logger.error("a request failed: %s", one_line(error))
    return Unanswered(
        500, "the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR"
    )
