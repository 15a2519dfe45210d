"""Log entries as lines, and a log whose writes never block."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis.strategies import text

from graph_api.server.observability.log import FORMATS, Clock, Log, as_json, as_text

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


def test_buffered_lines_are_written_before_close(pipe: tuple[int, int]) -> None:
    log = Log(pipe[1], dropped)
    log.write(LINE)
    log.close()
    os.close(pipe[1])
    assert read_until(pipe[0], LINE) == LINE


def test_a_slow_reader_blocks_no_writer_and_gets_the_number_of_dropped_lines(
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


def test_a_closed_pipe_is_no_failure_and_is_counted(pipe: tuple[int, int]) -> None:
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


# -- lines ---------------------------------------------------------------------------------------------

HEAD = {"time": "2026-11-25T17:44:00.123Z", "level": "info"}
MESSAGE = {**HEAD, "message": "hello"}
HOSTILE = [
    "a\nb",
    "a\r\nb",
    "\x1b[31mred",
    "\x00\x7f\x85\x9b",
    "\u2028\u2029",
    "\u202eevil",
    "\ud800",
    '" code=OK "',
]
REQUEST: dict[str, Any] = {
    **HEAD,
    "method": "POST",
    "path": "/graphql",
    "status": 200,
    "ms": 1.25,
    "bytes": 634,
    "client": "127.0.0.1",
    "operation": "Newest",
    "cost": 6,
    "rows": 5,
    "cache": "hit",
    "code": None,
    "revision": "d43ac884b502ba15b9b0c2ed",
    "worker": 0,
}


def test_a_request_is_a_line_that_people_can_read() -> None:
    assert as_text(REQUEST).decode() == (
        "2026-11-25T17:44:00.123Z info POST /graphql 200 ms=1.25 bytes=634 client=127.0.0.1 operation=Newest"
        " cost=6 rows=5 cache=hit revision=d43ac884b502 worker=0\n"
    )


def test_a_request_is_an_object_that_programs_can_read() -> None:
    assert json.loads(as_json(REQUEST)) == REQUEST


def test_lists_stand_below_indented() -> None:
    assert as_text({**MESSAGE, "plan": ["a", "  b"], "worker": 1}).decode() == (
        "2026-11-25T17:44:00.123Z info hello worker=1\n  plan:\n    a\n      b\n"
    )


@given(text())
@example("\x1b]0;title\x07")
@pytest.mark.parametrize("name", ["path", "operation", "client", "method"])
@pytest.mark.parametrize("form", FORMATS)
def test_no_text_in_a_request_makes_more_than_one_printable_line(form: str, name: str, text: str) -> None:
    line = FORMATS[form]({**REQUEST, name: text})
    assert line.endswith(b"\n")
    assert line[:-1].decode().isprintable()


@given(text())
def test_what_programs_read_is_what_was_meant(text: str) -> None:
    assert json.loads(as_json({**REQUEST, "path": text})) == {**REQUEST, "path": text}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_messages_and_lists_begin_no_line_of_their_own(form: str, hostile: str) -> None:
    lines = FORMATS[form]({**MESSAGE, "message": hostile, "text": [hostile]}).decode().splitlines()
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith("  ") for line in lines[1:])


@pytest.mark.parametrize("path", ["/x 200 code=OK", "/x=1", '/"', "/\\"])
def test_a_path_that_imitates_fields_is_quoted(path: str) -> None:
    line = as_text({**REQUEST, "path": path}).decode()
    quoted = re.search(r'POST ("(?:[^"\\]|\\.)*") 200', line)
    assert quoted
    assert json.loads(quoted[1]) == path


def test_the_time_is_that_of_greenwich_to_the_millisecond() -> None:
    times = iter([0.0, 0.0015, 1.0, 1764092640.1239])
    clock = Clock(lambda: next(times))
    assert [clock() for _ in range(4)] == [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:00:00.001Z",
        "1970-01-01T00:00:01.000Z",
        "2025-11-25T17:44:00.123Z",
    ]
