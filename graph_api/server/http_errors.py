"""HTTP errors: their JSON body, and those that several modules raise."""

from __future__ import annotations

import logging

import orjson

from graph_api.errors import HttpError
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


def error_body(error: HttpError) -> bytes:
    """The JSON of the response."""
    return orjson.dumps({"errors": [{"message": str(error), "extensions": {"code": error.code}}]})


def bad_request(message: str) -> HttpError:
    """The request is not well formed."""
    return HttpError(400, message, "BAD_REQUEST")


def late(deadline_s: int) -> HttpError:
    """The request did not arrive in time."""
    return HttpError(408, f"the request took longer than {deadline_s} s to arrive", "REQUEST_TIMEOUT")


def overloaded(message: str) -> HttpError:
    """The client may ask again soon."""
    return HttpError(503, message, "OVERLOADED", {"retry-after": "1"})


def failed(error: Exception) -> HttpError:
    """The client learns that the server failed; why is logged here, once, on one line."""
    logger.error("a request failed: %s", one_line(error))
    return HttpError(500, "the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
