"""Log entries as lines, and a log whose writes never block the server.

Entries are dicts: `time` and `level`, then the fields of a request, or `message` and more. Nothing in an entry can begin
a line of its own: line breaks, escape sequences and marks that change the direction of writing are escaped.

A thread writes the lines, since a slow reader of a pipe blocks its writer, and stderr cannot be made non-blocking while
other programs share it. Lines that do not fit into the buffer are dropped and counted; the log says how many as soon as
there is room.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from threading import Event, Lock, Thread
from typing import Any, TypeAlias

import orjson

Entry: TypeAlias = Mapping[str, Any]  # Any: strings, numbers, None, and lists of strings
Format: TypeAlias = Callable[[Entry], bytes]

_LISTS = frozenset({"text", "plan", "phases", "reads"})  # fields that hold lines
_REVISION_CHARACTERS = 12  # for people
_CACHED = 1_024  # quoted texts; most lines repeat them


# -- lines ---------------------------------------------------------------------------------------------


class Clock:
    """The time as the log writes it, such as 2026-11-25T17:44:00.123Z; formatted once for each millisecond."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._second = self._millisecond = -1
        self._date = self._text = ""

    def __call__(self) -> str:
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
    except TypeError:  # a lone surrogate, such as a path can hold
        return _ascii(entry).encode() + b"\n"
    if (line.isascii() and b"\x7f" not in line) or line.decode().isprintable():
        return line + b"\n"
    return _ascii(entry).encode() + b"\n"


def as_text(entry: Entry) -> bytes:
    """`TIME LEVEL message name=value ...`; fields that hold lines follow below, indented."""
    if "message" not in entry:
        return _request_line(entry).encode()
    line = f"{entry['time']} {entry['level']} {_printable(entry['message'])}"
    below: list[str] = []
    for name, value in entry.items():
        if name in _LISTS:
            below += _indented(name, value)
        elif name not in {"time", "level", "message"} and value is not None:
            line += f" {name}={_quoted(str(value))}"
    return "\n".join([line, *below, ""]).encode()


def _request_line(entry: Entry) -> str:
    """The line of a request, the only frequent entry: written by hand because it is twice as fast."""
    operation, cache, code, revision = entry["operation"], entry["cache"], entry["code"], entry["revision"]
    name = f" operation={_quoted(operation)}" if operation else ""
    optional = f" code={code}" if code else ""
    if cache:
        optional += f" cache={cache}"
    if revision:
        optional += f" revision={revision[:_REVISION_CHARACTERS]}"
    if "trace" in entry:
        optional += f" trace={entry['trace']}"
    return (
        f"{entry['time']} {entry['level']} {_quoted(entry['method'])} {_quoted(entry['path'])} {entry['status']}"
        f" ms={entry['ms']} bytes={entry['bytes']} client={_quoted(entry['client'])}{name}"
        f" cost={entry['cost']} rows={entry['rows']}{optional} worker={entry['worker']}\n"
    )


FORMATS: Mapping[str, Format] = {"human": as_text, "json": as_json}


def _indented(name: str, items: Sequence[str]) -> Iterator[str]:
    yield f"  {name}:"
    for item in items:
        yield f"    {_printable(item)}"


def _printable(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else _ascii(text)[1:-1]


@lru_cache(_CACHED)
def _quoted(text: str) -> str:
    """*text* as a field's value: quoted when it could be read as another field or line."""
    if not text.isprintable() or '"' in text or "\\" in text:
        return _ascii(text)
    return f'"{text}"' if " " in text or "=" in text else text


def _ascii(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


# -- the log -------------------------------------------------------------------------------------------

_MAX_BUFFERED_BYTES = 1_048_576  # some seconds of a busy server
_BATCH_S = 0.05  # lines that arrive within this time are written together
_PIECE_BYTES = 65_536  # of one write
ATOMIC_PIECE_BYTES = 4_096  # writes of this size to a pipe are atomic: pipe(7)
_CLOSE_TIMEOUT_S = 1.0


class Log:
    """Writes lines to *descriptor*, in writes of at most *piece_bytes*, each of whole lines.

    *dropped_line* makes the line that says how many lines were dropped.
    """

    def __init__(
        self,
        descriptor: int,
        dropped_line: Callable[[int], bytes],
        *,
        max_bytes: int = _MAX_BUFFERED_BYTES,
        piece_bytes: int = _PIECE_BYTES,
    ) -> None:
        self.dropped = 0  # lines since the start
        self._descriptor = descriptor
        self._dropped_line = dropped_line
        self._max_bytes = max_bytes
        self._piece_bytes = piece_bytes
        self._unreported = 0
        self._lines: list[bytes] = []
        self._bytes = 0
        self._lock = Lock()
        self._has_lines = Event()
        self._closing = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Buffers the line, which ends in a line break, or drops it when the buffer is full. Never blocks."""
        with self._lock:
            has_room = self._bytes + len(line) <= self._max_bytes
            if has_room:
                self._bytes += len(line)
                self._lines.append(line)
                if len(self._lines) == 1:
                    self._has_lines.set()
        if not has_room:
            self._drop(1)

    def close(self) -> None:
        """Writes the buffered lines; gives up after a second when nothing reads them."""
        self._closing.set()
        self._has_lines.set()
        self._thread.join(_CLOSE_TIMEOUT_S)

    def _drop(self, count: int) -> None:
        with self._lock:
            self.dropped += count
            self._unreported += count

    # -- on the log's thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing.is_set() or self._lines:
            self._has_lines.wait()
            self._closing.wait(_BATCH_S)
            for piece in _pieces(self._take(), self._piece_bytes):
                if not self._put(b"".join(piece)):
                    self._drop(len(piece))
            self._report_dropped()

    def _take(self) -> list[bytes]:
        with self._lock:
            lines, self._lines, self._bytes = self._lines, [], 0
            if not self._closing.is_set():
                self._has_lines.clear()
        return lines

    def _report_dropped(self) -> None:
        count = self._unreported
        if count and self._put(self._dropped_line(count)):
            with self._lock:
                self._unreported -= count

    def _put(self, piece: bytes) -> bool:
        """Writes *piece*. False when that fails: the pipe is closed, or the disk is full."""
        left = memoryview(piece)
        try:
            while left:
                left = left[self._write_some(left) :]
        except OSError:
            return False
        return True

    def _write_some(self, left: memoryview) -> int:
        try:
            return os.write(self._descriptor, left)
        except BlockingIOError:  # another program made the descriptor non-blocking
            select.select([], [self._descriptor], [])
            return 0


def _pieces(lines: Iterable[bytes], max_bytes: int) -> Iterator[list[bytes]]:
    """The lines in groups of at most *max_bytes*, unless one line is longer."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > max_bytes:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece
