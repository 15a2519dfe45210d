"""Texts and moments as documents write them, in the one form that records hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

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


def clean(text: str) -> str:
    """*text* without outer white space, each run of line breaks inside it one space; else as it is."""
    text = text.strip()
    if "\n" in text or "\r" in text:
        return _BREAKS.sub(" ", text)
    return text


def shown(value: object) -> str:
    """*value* as a message names it: one line, shortened."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a number of many digits"  # Python refuses to spell more than 4,300
    text = shortened(str(value))
    return f'"{text}"' if isinstance(value, str) else text


def shown_address(text: str) -> str:
    """An address as a message names it: without user name and password, since messages are public."""
    return shown(_USER.sub("//…@", text))


def shortened(text: str) -> str:
    """*text* on one line of at most 61 signs, all of which can be printed."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: _SHOWN_CHARACTERS + 1])
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"


def moment(text: str) -> tuple[datetime, str | None] | None:
    """The moment *text* names, in UTC, with the code of the warning it deserves; None when it names none.

    Accepts ISO 8601 dates and date-times and YAML's looser spelling of them; digits beyond
    microseconds are cut off.
    """
    return _remembered(text) if len(text) <= _LONGEST_MOMENT else None


@lru_cache(16_384)
def _remembered(text: str) -> tuple[datetime, str | None] | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        return _moment(match).astimezone(UTC), _doubt(match)
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


def _doubt(match: re.Match[str]) -> str | None:
    if match[4] is None:
        return "W202"
    return None if match[8] or match[9] else "W201"
