"""Dates in all spellings that site generators write."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from graph_api.documents.values import moment

_LONGEST = 60
_SPACED_OFFSET = re.compile(r"(.*[0-9]) ([-+][0-9]{2}:?[0-9]{2})(?: .*)?")
_ZONE_NAME = re.compile(r"(.*[0-9]) (?:UTC|GMT|Z)")
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(.*)")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ORDINAL = re.compile(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_NAMED = tuple(
    f"{date}{time}"
    for date in ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%Y %b %d", "%Y %B %d")
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
)
_FILE_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[-_ .]|$)")


@lru_cache(16_384)
def read(text: str) -> datetime | None:
    """The date and time that *text* is, in UTC (also where it names no zone); None when it is none.

    ISO 8601 and YAML's spellings of it, slashes (`2022/5/9`; `5/9/2022` is month/day/year), months by name, RFC 5322.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    found = moment(_as_iso(text))
    return found[0] if found is not None else _named(text) or _mail(text)


def _as_iso(text: str) -> str:
    """*text* with dashes for slashes and its offset without a space, where it has these."""
    if (found := _MONTH_FIRST.fullmatch(text)) is not None:
        return f"{found[3]}-{found[1]}-{found[2]}"
    if (found := _SLASHED.fullmatch(text)) is not None:
        text = f"{found[1]}-{found[2]}-{found[3]}{found[4]}"
    if (found := _ZONE_NAME.fullmatch(text)) is not None:
        return f"{found[1]}Z"
    found = _SPACED_OFFSET.fullmatch(text)
    return f"{found[1]}{found[2]}" if found is not None else text


def _named(text: str) -> datetime | None:
    text = _ORDINAL.sub(r"\1", text.replace(",", " ").replace(".", " "))
    text = " ".join(text.split())
    for form in _NAMED:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _mail(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def of_file_name(name: str) -> datetime | None:
    """The date at the start of a file's name."""
    found = _FILE_NAME.match(name)
    return None if found is None else read(f"{found[1]}-{found[2]}-{found[3]}")
