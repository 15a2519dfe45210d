"""Entries of the log as lines, for people or for programs; nothing in an entry can begin a line of its own.

An entry is a dict: `time` and `level`, then the fields of a request, or `message` and more. Whatever is not
printable (line breaks, escape sequences, marks that turn the direction of writing) is escaped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

Entry: TypeAlias = Mapping[str, Any]  # Any: strings, numbers, None, and lists of strings
Format: TypeAlias = Callable[[Entry], bytes]

_BELOW = frozenset({"text", "plan", "phases", "reads"})  # lists of lines
_SHORT = 12  # characters of a revision, for people
_REMEMBERED = 1_024  # texts; most lines are of the same few


class Clock:
    """The time of day as the log writes it; making it anew for every line would cost more than the line."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._second = self._millisecond = -1
        self._date = self._text = ""

    def __call__(self) -> str:
        """Such as 2026-11-25T17:44:00.123Z."""
        now = int(self._now() * 1000)
        if now != self._millisecond:
            self._millisecond = now
            second, millisecond = divmod(now, 1000)
            if second != self._second:
                self._second = second
                self._date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._text = f"{self._date}.{millisecond:03d}Z"
        return self._text


def as_json(entry: Entry) -> bytes:
    """One JSON object on one line."""
    try:
        line = orjson.dumps(entry)
    except TypeError:  # half a character, such as a path can hold
        return _ascii(entry).encode() + b"\n"
    if (line.isascii() and b"\x7f" not in line) or line.decode().isprintable():
        return line + b"\n"
    return _ascii(entry).encode() + b"\n"


def as_text(entry: Entry) -> bytes:
    """`TIME LEVEL message name=value ...`; lists of lines stand below, indented."""
    if "message" not in entry:
        return _request(entry).encode()
    line = f"{entry['time']} {entry['level']} {_plain(entry['message'])}"
    below: list[str] = []
    for name, value in entry.items():
        if name in _BELOW:
            below += _below(name, value)
        elif name not in {"time", "level", "message"} and value is not None:
            line += f" {name}={_quoted(str(value))}"
    return "\n".join([line, *below, ""]).encode()


def _request(entry: Entry) -> str:
    """The line of a request: of the many kinds of entries the one that comes by the thousand."""
    operation, cache, code, revision = entry["operation"], entry["cache"], entry["code"], entry["revision"]
    asked = f" operation={_quoted(operation)}" if operation else ""
    told = f" code={code}" if code else ""
    if cache:
        told += f" cache={cache}"
    if revision:
        told += f" revision={revision[:_SHORT]}"
    if "trace" in entry:
        told += f" trace={entry['trace']}"
    return (
        f"{entry['time']} {entry['level']} {_quoted(entry['method'])} {_quoted(entry['path'])} {entry['status']}"
        f" ms={entry['ms']} bytes={entry['bytes']} client={_quoted(entry['client'])}{asked}"
        f" cost={entry['cost']} rows={entry['rows']}{told} worker={entry['worker']}\n"
    )


FORMATS: Mapping[str, Format] = {"human": as_text, "json": as_json}


def _below(name: str, items: Sequence[str]) -> Iterator[str]:
    yield f"  {name}:"
    for item in items:
        yield f"    {_plain(item)}"


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else _ascii(text)[1:-1]


@lru_cache(_REMEMBERED)
def _quoted(text: str) -> str:
    """*text* as it stands in a line for people: nothing in it can be taken for another field, or another line."""
    if not text.isprintable() or '"' in text or "\\" in text:
        return _ascii(text)
    return f'"{text}"' if " " in text or "=" in text else text


def _ascii(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
