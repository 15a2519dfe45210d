"""The log never makes the server wait, whoever reads it, and says what it had to leave out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from graph_api.server.observability.log import Log

PATIENCE_S = 20
LINE = b"x" * 99 + b"\n"


def dropped(count: int) -> bytes:
    return b"%d dropped\n" % count


def until(holds: Callable[[], bool]) -> None:
    """It has become true."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it has not become true"
        time.sleep(0.005)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe's two ends, to read and to write."""
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        with suppress(OSError):
            os.close(end)


def read_until(reader: int, last: bytes) -> bytes:
    """All that comes until *last* has."""
    read = b""
    while not read.endswith(last):
        read += os.read(reader, 1 << 20)
    return read


def test_lines_are_written_whole_and_in_order(pipe: tuple[int, int]) -> None:
    lines = [b"%d\n" % number for number in range(3_000)]
    with closing(Log(pipe[1], dropped)) as log:
        for line in lines:
            log.write(line)
        assert read_until(pipe[0], lines[-1]) == b"".join(lines)
        assert log.dropped == 0


def test_what_was_put_aside_is_written_before_the_end(pipe: tuple[int, int]) -> None:
    log = Log(pipe[1], dropped)
    log.write(LINE)
    log.close()
    os.close(pipe[1])
    assert read_until(pipe[0], LINE) == LINE


def test_a_reader_that_does_not_read_holds_nobody_up_and_hears_what_was_dropped(
    pipe: tuple[int, int],
) -> None:
    with closing(Log(pipe[1], dropped, max_bytes=10_000)) as log:
        written = 0
        while not log.dropped:
            log.write(LINE)
            written += 1
        for _ in range(1_000):
            log.write(LINE)
        lines = read_until(pipe[0], b"dropped\n").splitlines()
        lost = int(lines[-1].split()[0])
        assert lost == log.dropped >= 1_000
        assert len(lines) - 1 == written + 1_000 - lost
        log.write(b"again\n")
        assert read_until(pipe[0], b"again\n") == b"again\n"


def test_a_reader_that_has_gone_is_no_failure_and_is_counted(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with closing(Log(pipe[1], dropped)) as log:
        for _ in range(5):
            log.write(LINE)
        until(lambda: log.dropped == 5)


def test_the_end_does_not_wait_long_for_a_reader_that_does_not_read(pipe: tuple[int, int]) -> None:
    log = Log(pipe[1], dropped)
    for _ in range(5_000):
        log.write(LINE)
    log.close()
    read = b""
    while len(read) < 5_000 * len(LINE):  # all of it, or its thread would write to the next test's pipe
        read += os.read(pipe[0], 1 << 20)
    assert read == LINE * 5_000, "and what the reader takes later is there"


def test_several_processes_on_one_pipe_write_whole_lines(pipe: tuple[int, int]) -> None:
    logs = [Log(pipe[1], dropped, piece_bytes=4_096) for _ in range(2)]
    lines = [bytes([letter]) * 98 + b"\n" for letter in b"ab"]
    for _ in range(300):
        for log, line in zip(logs, lines, strict=True):
            log.write(line)
    read = b""
    while len(read) < 2 * 300 * 99:
        read += os.read(pipe[0], 1 << 20)
    for log in logs:
        log.close()
    assert sorted(set(read.splitlines(keepends=True))) == lines


def test_a_pipe_that_was_made_not_to_block_is_waited_for(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    with closing(Log(pipe[1], dropped)) as log:
        for _ in range(2_000):
            log.write(LINE)
        log.write(b"last\n")
        assert read_until(pipe[0], b"last\n") == LINE * 2_000 + b"last\n"
