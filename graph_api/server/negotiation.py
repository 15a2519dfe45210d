"""What a client sends and accepts, read from its headers. Each header is read once and remembered."""

from __future__ import annotations

from functools import lru_cache

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"

_REMEMBERED = 512


@lru_cache(_REMEMBERED)
def answer_type(accept: str) -> str | None:
    """The media type to answer in, None when *accept* leaves neither of ours.

    The newer type where it is accepted at least as gladly as plain JSON; plain JSON where nothing is said,
    since that is what older clients expect.
    """
    if not accept.strip():
        return PLAIN_JSON
    weights = dict(_weighed(part) for part in accept.split(","))
    wild = weights.get("application/*", weights.get("*/*", 0.0))
    modern, plain = weights.get(RESPONSE_JSON, 0.0), weights.get(PLAIN_JSON, wild)
    if max(modern, plain) <= 0:
        return None
    return RESPONSE_JSON if modern > 0 and modern >= weights.get(PLAIN_JSON, 0.0) else PLAIN_JSON


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0


@lru_cache(_REMEMBERED)
def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON in UTF-8."""
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [each[8:].strip('"') for each in parameters if each.startswith("charset=")]
    return name == PLAIN_JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)
