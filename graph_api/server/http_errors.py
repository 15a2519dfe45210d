"""Errors that concern a whole HTTP request, as JSON, and the headers that make any answer safe in a browser."""

from __future__ import annotations

import logging

import orjson

from graph_api.errors import HttpError, one_line

logger = logging.getLogger(__name__)

# On every answer that is data: browsers do not show it in a frame, do not guess another type, and do not let
# another site use it as an image or script.
SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)


def error_body(error: HttpError) -> bytes:
    """The body of the response."""
    return orjson.dumps({"errors": [{"message": str(error), "extensions": {"code": error.code}}]})


def bad_request(message: str) -> HttpError:
    """400: the request is malformed."""
    return HttpError(400, message, "BAD_REQUEST")


def request_timeout(limit_s: int) -> HttpError:
    """408: the request did not arrive in time."""
    return HttpError(408, f"the request took longer than {limit_s} s to arrive", "REQUEST_TIMEOUT")


def body_too_large(max_bytes: int) -> HttpError:
    """413: the body exceeds `--max-body`."""
    return HttpError(413, f"the body is larger than {max_bytes} bytes", "REQUEST_TOO_LARGE")


def overloaded(message: str) -> HttpError:
    """503: the client may retry after a second."""
    return HttpError(503, message, "OVERLOADED", {"retry-after": "1"})


def internal_error(error: Exception) -> HttpError:
    """500: logs *error* on one line; the client only learns that the server failed."""
    logger.error("a request failed: %s", one_line(error))
    return HttpError(500, "the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
