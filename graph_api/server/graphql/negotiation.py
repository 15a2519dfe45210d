"""Reads the headers that negotiate content: Accept, Accept-Encoding, Content-Type, If-None-Match.

Parsed headers are cached, since clients send the same few; at most 1,000 bytes of one are parsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
_HTML = "text/html"

HeadersByName = dict[bytes, bytes]

_CACHED = 512
_MAX_PARSED_BYTES = 1_000
_REFUSED = 0.0


def by_name(headers: list[tuple[bytes, bytes]]) -> HeadersByName:
    """Headers by name; the values of a repeated header are joined by commas."""
    named = dict(headers)
    if len(named) == len(headers):
        return named
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def response_type(accept: bytes) -> str | None:
    """The media type to answer in; None when *accept* excludes both of ours.

    application/graphql-response+json where it is named with at least the weight of plain JSON; otherwise plain JSON,
    which older clients expect.
    """
    return _response_type(accept[:_MAX_PARSED_BYTES])


def prefers_html(accept: bytes) -> bool:
    """Whether HTML has a higher weight than our JSON types: only browsers ask so, for addresses that a person opens."""
    return _prefers_html(accept[:_MAX_PARSED_BYTES])


def content_coding(accepted: bytes, offered: tuple[str, ...]) -> str | None:
    """The *offered* coding with the highest weight in this `Accept-Encoding`; of equal ones the first.

    None when it allows none, or prefers `identity`.
    """
    return _content_coding(accepted[:_MAX_PARSED_BYTES], offered)


def is_json(content_type: bytes) -> bool:
    """Whether this `Content-Type` is JSON in UTF-8; UTF-8 is the default charset."""
    return len(content_type) <= _MAX_PARSED_BYTES and _is_json(content_type)


def matching_tag(tag: bytes, if_none_match: bytes) -> bytes:
    """The tag in `If-None-Match` that names the content of *tag* in any content coding; empty if none does."""
    for each in if_none_match.split(b","):
        sent = each.strip().removeprefix(b"W/")
        if sent == b"*":
            return tag
        if sent.strip(b'"').partition(b"-")[0] == tag.strip(b'"'):
            return sent
    return b""


@lru_cache(_CACHED)
def _response_type(accept: bytes) -> str | None:
    weights = _weights(accept)
    weights.pop("", None)
    if not weights:
        return PLAIN_JSON
    wildcard = weights.get("application/*", weights.get("*/*", _REFUSED))
    modern, plain = weights.get(RESPONSE_JSON, wildcard), weights.get(PLAIN_JSON, wildcard)
    if max(modern, plain) <= _REFUSED:
        return None
    return RESPONSE_JSON if modern > plain or (modern == plain and RESPONSE_JSON in weights) else PLAIN_JSON


@lru_cache(_CACHED)
def _prefers_html(accept: bytes) -> bool:
    weights = _weights(accept)
    ours = [weights[name] for name in (RESPONSE_JSON, PLAIN_JSON, "application/*", "*/*") if name in weights]
    return weights.get(_HTML, _REFUSED) > max(ours, default=_REFUSED)


@lru_cache(_CACHED)
def _content_coding(accepted: bytes, offered: tuple[str, ...]) -> str | None:
    weights = _weights(accepted)
    wildcard = weights.get("*", _REFUSED)
    best = max(offered, key=lambda coding: weights.get(coding, wildcard), default="")
    weight = weights.get(best, wildcard)
    return best if weight > _REFUSED and weight >= weights.get("identity", _REFUSED) else None


@lru_cache(_CACHED)
def _is_json(content_type: bytes) -> bool:
    name, *parameters = content_type.decode("latin-1").lower().split(";")
    charsets = {value.strip('"') for key, value in _pairs(parameters) if key == "charset"}
    return name.strip() == PLAIN_JSON and charsets <= {"utf-8", "utf8"}


def _weights(header: bytes) -> dict[str, float]:
    """The weight, 0..1, of each name in the header."""
    return dict(map(_weighted, header.decode("latin-1").split(",")))


def _weighted(part: str) -> tuple[str, float]:
    """A name and its weight; a weight that is not a number counts as 0."""
    name, *parameters = part.lower().split(";")
    weight = dict(_pairs(parameters)).get("q", "1")
    try:
        return name.strip(), min(max(_REFUSED, float(weight)), 1.0)
    except ValueError:
        return name.strip(), _REFUSED


def _pairs(parameters: list[str]) -> Iterator[tuple[str, str]]:
    for each in parameters:
        key, _, value = each.partition("=")
        yield key.strip(), value.strip()
