"""What a client sends and accepts, read from its headers. Each header is read once and remembered.

No more than a thousand bytes of one are read: browsers send less than two hundred.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
_PAGE = "text/html"

_REMEMBERED = 512
_READ_BYTES = 1_000
_NOT_AT_ALL = 0.0


def by_name(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers by name; one that is sent several times is one list."""
    sent = dict(headers)
    if len(sent) == len(headers):
        return sent
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def answer_type(accept: bytes) -> str | None:
    """The media type to answer in, None when *accept* leaves neither of ours.

    The newer type where it is named and accepted at least as gladly as plain JSON; plain JSON where nothing
    or anything is said, since that is what older clients expect.
    """
    return _answer_type(accept[:_READ_BYTES])


def prefers_page(accept: bytes) -> bool:
    """Whether HTML is named and accepted more gladly than what we answer operations in: browsers do so for
    what a person opens, and nobody else does."""
    return _prefers_page(accept[:_READ_BYTES])


def content_coding(accepted: bytes, offered: tuple[str, ...]) -> str | None:
    """The first of the *offered* codings that this `Accept-Encoding` leaves; None when it leaves none."""
    return _content_coding(accepted[:_READ_BYTES], offered)


def is_json(content_type: bytes) -> bool:
    """Whether a body of this type is JSON in UTF-8, which it is unless another charset is named."""
    return len(content_type) <= _READ_BYTES and _is_json(content_type)


@lru_cache(_REMEMBERED)
def _answer_type(accept: bytes) -> str | None:
    weights = _weights(accept)
    weights.pop("", None)
    if not weights:
        return PLAIN_JSON
    wild = weights.get("application/*", weights.get("*/*", _NOT_AT_ALL))
    modern, plain = weights.get(RESPONSE_JSON, wild), weights.get(PLAIN_JSON, wild)
    if max(modern, plain) <= _NOT_AT_ALL:
        return None
    return RESPONSE_JSON if modern > plain or (modern == plain and RESPONSE_JSON in weights) else PLAIN_JSON


@lru_cache(_REMEMBERED)
def _prefers_page(accept: bytes) -> bool:
    weights = _weights(accept)
    ours = [weights[name] for name in (RESPONSE_JSON, PLAIN_JSON, "application/*", "*/*") if name in weights]
    return weights.get(_PAGE, _NOT_AT_ALL) > max(ours, default=_NOT_AT_ALL)


@lru_cache(_REMEMBERED)
def _content_coding(accepted: bytes, offered: tuple[str, ...]) -> str | None:
    weights = _weights(accepted)
    wild = weights.get("*", _NOT_AT_ALL)
    return next((coding for coding in offered if weights.get(coding, wild) > _NOT_AT_ALL), None)


@lru_cache(_REMEMBERED)
def _is_json(content_type: bytes) -> bool:
    name, *parameters = content_type.decode("latin-1").lower().split(";")
    charsets = {value.strip('"') for key, value in _pairs(parameters) if key == "charset"}
    return name.strip() == PLAIN_JSON and charsets <= {"utf-8", "utf8"}


def _weights(header: bytes) -> dict[str, float]:
    """How gladly each of what is named is accepted."""
    return dict(map(_weighed, header.decode("latin-1").split(",")))


def _weighed(part: str) -> tuple[str, float]:
    """A media range and how gladly it is accepted, 0..1; a weight that is no number is not at all."""
    name, *parameters = part.lower().split(";")
    weight = dict(_pairs(parameters)).get("q", "1")
    try:
        return name.strip(), min(max(_NOT_AT_ALL, float(weight)), 1.0)
    except ValueError:
        return name.strip(), _NOT_AT_ALL


def _pairs(parameters: list[str]) -> Iterator[tuple[str, str]]:
    for each in parameters:
        key, _, value = each.partition("=")
        yield key.strip(), value.strip()
