"""Reads dates in the spellings that site generators write. The result never depends on the machine's locale."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from graph_api.documents.values import moment

_LONGEST = 80
_SPACED_OFFSET = re.compile(r"(.*[0-9]) ([-+][0-9]{2}:?[0-9]{2})(?: [A-Z]{3,4}| \(.*\))?")
_ZONE_NAME = re.compile(r"(.*[0-9]) ?(UTC|GMT|Z|[ECMP][SD]T)")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})([T ].*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4})([T ].*)?")
_BASIC = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:[T ]?([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_NAMED = re.compile(
    r"""(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\ )?
        (?:(?P<month>[a-z]{3,9})\ (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?
          |(?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?:of\ )?(?P<month2>[a-z]{3,9}))
        [ -](?P<year>[0-9]{4})
        (?:\ (?:at\ )?(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?\ ?(?P<half>[ap]m)?)?
        (?:\ (?P<zone>utc|gmt|z|[ecmp][sd]t|(?:utc|gmt)?[-+][0-9]{2}:?[0-9]{2})(?:\ \(.*\))?)?""",
    re.VERBOSE,
)
_YEAR_BEFORE_MONTH = re.compile(r"([0-9]{4})[ -]([A-Za-z]{3,9})[ -]([0-9]{1,2})")
_HALF_DAY = re.compile(r"(.*[T ])([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?) ?([AaPp])\.?[Mm]\.?")
_NAMES = "january february march april may june july august september october november december"
_MONTHS = {
    name[:length]: number for number, name in enumerate(_NAMES.split(), 1) for length in (3, 4, len(name))
}
_AMERICAN = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONES = {"utc": 0, "gmt": 0, "z": 0, **_AMERICAN}  # RFC 5322, 4.3
_FILE_NAME = re.compile(r"([0-9]{4})([-_])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_BASIC_FILE_NAME = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:[0-9]{4}(?:[0-9]{2})?)?(?![0-9])")
_HALF_A_DAY = 12
_MONTHS_OF_A_YEAR = 12


@lru_cache(16_384)
def read(text: str) -> datetime | None:
    """The date and time in *text*, in UTC; without a zone it is read as UTC. None when *text* is not a date.

    ISO 8601 and YAML's spellings of it; slashes and dots, where `5/9/2022` is month/day, `5.9.2022` and `13/5/2022` are
    day/month; months by their English name; RFC 5322; morning and afternoon as am and pm.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    found = moment(_as_iso(text)) or _basic(text)
    return found[0] if found is not None else _named(text.lower())


def _as_iso(text: str) -> str:
    """*text* as ISO 8601 where it is nearly that: other separators, an offset after a space, the name of a zone."""
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        text = f"{found[1]}-{found[2]}-{found[3]}{found[4] or ''}"
    elif (found := _YEAR_LAST.fullmatch(text)) is not None:
        month, day = found[1], found[3]
        if found[2] == "." or int(month) > _MONTHS_OF_A_YEAR:
            month, day = day, month
        text = f"{found[4]}-{month}-{day}{found[5] or ''}"
    elif (found := _YEAR_BEFORE_MONTH.fullmatch(text)) is not None:
        text = f"{found[1]}-{_MONTHS.get(found[2].lower(), 0)}-{found[3]}"
    if (found := _HALF_DAY.fullmatch(text)) is not None:
        text = f"{found[1]}{_hour(found[2], found[4].lower())}{found[3]}"
    if (found := _ZONE_NAME.fullmatch(text)) is not None:
        return f"{found[1]}{_offset(_ZONES[found[2].lower()])}"
    found = _SPACED_OFFSET.fullmatch(text)
    return f"{found[1]}{found[2]}" if found is not None else text


def _hour(hour: str, half: str) -> int:
    """The hour of the day (0..23) of an hour with am or pm; 99, which is invalid, when it is not between 1 and 12."""
    if not 1 <= int(hour) <= _HALF_A_DAY:
        return 99
    return int(hour) % _HALF_A_DAY + (_HALF_A_DAY if half == "p" else 0)


def _offset(hours: int) -> str:
    return f"{hours:+03}:00" if hours else "Z"


def _basic(text: str) -> tuple[datetime, str | None] | None:
    """`20230102` and `202301021000`, as notes are numbered."""
    found = _BASIC.fullmatch(text)
    if found is None:
        return None
    time = f"T{found[4]}:{found[5]}:{found[6] or '00'}Z" if found[4] else ""
    return moment(f"{found[1]}-{found[2]}-{found[3]}{time}")


def _named(text: str) -> datetime | None:
    """A date whose month has its English name: `Jul 08 2022`, `8 July 2022`, `Fri, 08 Jul 2022 10:00:00 GMT`."""
    found = _NAMED.fullmatch(" ".join(text.replace(",", " ").replace(".", " ").split()))
    if found is None:
        return None
    month = _MONTHS.get(found["month"] or found["month2"])
    if month is None:
        return None
    hour = int(found["hour"] or 0) if not found["half"] else _hour(found["hour"], found["half"][0])
    try:
        day = datetime(
            int(found["year"]),
            month,
            int(found["day"] or found["day2"]),
            hour,
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=UTC,
        )
        return day - _ahead(found["zone"] or "z")
    except (ValueError, OverflowError):
        return None


def _ahead(zone: str) -> timedelta:
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    sign, digits = zone.removeprefix("utc").removeprefix("gmt")[0], re.sub(r"[^0-9]", "", zone)
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -ahead if sign == "-" else ahead


def of_file_name(name: str) -> datetime | None:
    """The date at the start of a file's name."""
    if (found := _FILE_NAME.match(name)) is not None:
        return read(f"{found[1]}-{found[3]}-{found[4]}")
    found = _BASIC_FILE_NAME.match(name)
    return None if found is None else read(f"{found[1]}-{found[2]}-{found[3]}")
