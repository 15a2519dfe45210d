"""Values of front matter: their Python types, their normal form in records, and how messages quote them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, TypeGuard

_BREAKS = re.compile(r"[\r\n]+")
_MOMENT = re.compile(
    r"""([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})
        (?:(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]*))?)?
           [ \t]*(?:([Zz])|([-+])([0-9]{1,2})(?::?([0-9]{2}))?)?)?""",
    re.VERBOSE,
)
_USER = re.compile(r"//[^/?#]*@")
_LONGEST_MOMENT = 100
_SHOWN_CHARACTERS = 60
_SHOWN_BITS = 192


def is_mapping(value: object) -> TypeGuard[dict[Any, object]]:
    """Whether *value* is a YAML mapping; its keys may have any type."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether *value* is a YAML list."""
    return isinstance(value, list)


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and mappings are nested more than *levels* deep in *value*."""
    items = value.values() if is_mapping(value) else value if is_list(value) else None
    if items is None:
        return False
    return levels == 0 or any(is_deeper(item, levels - 1) for item in items)


def clean(text: str) -> str:
    """*text* without outer white space; each run of line breaks inside it becomes one space."""
    text = text.strip()
    if "\n" in text or "\r" in text:
        return _BREAKS.sub(" ", text)
    return text


def shown(value: object) -> str:
    """*value* as messages quote it: one line of at most 63 characters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a number of more than 57 digits"  # Python refuses to format more than 4,300
    text = shortened(str(value))
    return f'"{text}"' if isinstance(value, str) else text


def shown_address(text: str) -> str:
    """An address as messages quote it: without user name and password, since messages are public."""
    return shown(_USER.sub("//…@", text))


def shortened(text: str) -> str:
    """*text* on one line of at most 61 printable characters."""
    line = "".join(char if char.isprintable() else " " for char in text[: _SHOWN_CHARACTERS + 1])
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"


def moment(text: str) -> tuple[datetime, str | None] | None:
    """The date and time that *text* is, in UTC, and the code of its warning; None when *text* is not a date.

    Accepts ISO 8601 dates and date-times and YAML's looser spelling of them. Digits beyond microseconds are
    dropped.
    """
    return _parsed_moment(text) if len(text) <= _LONGEST_MOMENT else None


@lru_cache(16_384)
def _parsed_moment(text: str) -> tuple[datetime, str | None] | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        return _moment(match).astimezone(UTC), _warning(match)
    except (ValueError, OverflowError):  # no such day, hour or offset; or before year 1 in UTC
        return None


def _moment(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    microsecond = int((match[7] or "").ljust(6, "0")[:6])
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=_offset(match))


def _offset(match: re.Match[str]) -> timezone:
    if match[9] is None:
        return UTC
    minutes = int(match[11] or 0)
    if minutes > 59:  # noqa: PLR2004  (minutes of an hour)
        raise ValueError
    ahead = timedelta(hours=int(match[10]), minutes=minutes)
    return timezone(-ahead if match[9] == "-" else ahead)


def _warning(match: re.Match[str]) -> str | None:
    if match[4] is None:
        return "W202"
    return None if match[8] or match[9] else "W201"
