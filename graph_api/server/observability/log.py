"""A log that never makes the server wait: lines are put aside and written by a thread.

Why a thread: a pipe whose reader is slow blocks whoever writes, and stderr cannot be made non-blocking, since
other programs share it. What does not fit into memory while the reader is slow is dropped, counted, and told
when there is room again; a reader that has gone changes nothing for the server.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Lock, Thread

_MOST_BYTES = 1_048_576  # put aside; some seconds of a busy server
_GATHERED_S = 0.05  # so long after the first line of many they are written together
_PIECE_BYTES = 65_536  # written at once
SHARED_PIECE_BYTES = 4_096  # as much as a pipe takes in one piece, whoever else writes there: pipe(7)
_END_S = 1.0  # so long is a slow reader waited for when the server ends


class Log:
    """Lines for *descriptor*. *dropped_line* makes the line that tells how many were dropped; at
    most *piece_bytes* are written at once, whole lines each time."""

    def __init__(
        self,
        descriptor: int,
        dropped_line: Callable[[int], bytes],
        *,
        most_bytes: int = _MOST_BYTES,
        piece_bytes: int = _PIECE_BYTES,
    ) -> None:
        self.dropped = 0  # lines, so far
        self._descriptor = descriptor
        self._dropped_line = dropped_line
        self._most_bytes = most_bytes
        self._piece_bytes = piece_bytes
        self._untold = 0
        self._lines: list[bytes] = []
        self._bytes = 0
        self._lock = Lock()
        self._something = Event()
        self._closing = Event()
        self._thread = Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """The line, which ends in a line break, will be written, or counted as dropped."""
        with self._lock:
            has_room = self._bytes + len(line) <= self._most_bytes
            if has_room:
                self._bytes += len(line)
                self._lines.append(line)
                if len(self._lines) == 1:
                    self._something.set()
        if not has_room:
            self._drop(1)

    def close(self) -> None:
        """What was put aside has been written, unless nobody reads it."""
        self._closing.set()
        self._something.set()
        self._thread.join(_END_S)

    def _drop(self, count: int) -> None:
        with self._lock:
            self.dropped += count
            self._untold += count

    # -- on the log's thread -----------------------------------------------------------------------------

    def _write_all(self) -> None:
        while not self._closing.is_set() or self._lines:
            self._something.wait()
            self._closing.wait(_GATHERED_S)
            for piece in _pieces(self._taken(), self._piece_bytes):
                if not self._put(b"".join(piece)):
                    self._drop(len(piece))
            self._tell_dropped()

    def _taken(self) -> list[bytes]:
        with self._lock:
            lines, self._lines, self._bytes = self._lines, [], 0
            if not self._closing.is_set():
                self._something.clear()
        return lines

    def _tell_dropped(self) -> None:
        count = self._untold
        if count and self._put(self._dropped_line(count)):
            with self._lock:
                self._untold -= count

    def _put(self, piece: bytes) -> bool:
        """Whether *piece* is written; it is not when nobody reads: the pipe is closed, or the disk is full."""
        left = memoryview(piece)
        try:
            while left:
                left = left[self._written(left) :]
        except OSError:
            return False
        return True

    def _written(self, left: memoryview) -> int:
        try:
            return os.write(self._descriptor, left)
        except BlockingIOError:  # another program has made it so
            select.select([], [self._descriptor], [])
            return 0


def _pieces(lines: Iterable[bytes], most_bytes: int) -> Iterator[list[bytes]]:
    """The lines in groups that are written at once."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > most_bytes:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece
