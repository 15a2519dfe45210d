"""Entries become lines that nothing in them can break, disguise or imitate."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis.strategies import text

from graph_api.server.observability.log import FORMATS, Clock, as_json, as_text

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
