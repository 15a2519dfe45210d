"""Dates in the spellings that occur in front matter and file names, each read by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from graph_api.documents.by_path import dates
from tests.documents.by_path.writing import article, codes, parsed_file

_SPELLINGS = {
    "2022-05-09": (2022, 5, 9),
    "2022-5-9": (2022, 5, 9),
    "2022-05-09T10:20:30Z": (2022, 5, 9, 10, 20, 30),
    "2022-05-09T10:20:30.123Z": (2022, 5, 9, 10, 20, 30, 123_000),
    "2022-5-06T00:00:00.000Z": (2022, 5, 6),
    "2010-12-23 13:36:37 -0600": (2010, 12, 23, 19, 36, 37),
    "2010-12-23 13:36:37 -06:00": (2010, 12, 23, 19, 36, 37),
    "2021-04-01 07:05 +0000": (2021, 4, 1, 7, 5),
    "2022-06-01 22:05": (2022, 6, 1, 22, 5),
    "2022-06-01 10:05 PM": (2022, 6, 1, 22, 5),
    "2022-06-01 12:05 am": (2022, 6, 1, 0, 5),
    "2022-06-01 22:05:00 UTC": (2022, 6, 1, 22, 5),
    "2022-06-01 22:05:00 EST": (2022, 6, 2, 3, 5),
    "2013-12-04 14:27:11 +0900 JST": (2013, 12, 4, 5, 27, 11),
    "2022/05/09": (2022, 5, 9),
    "2022/5/9 10:20": (2022, 5, 9, 10, 20),
    "2022.05.09": (2022, 5, 9),
    "05/09/2022": (2022, 5, 9),
    "13/05/2022": (2022, 5, 13),
    "9.5.2022": (2022, 5, 9),
    "20220509": (2022, 5, 9),
    "202205091020": (2022, 5, 9, 10, 20),
    "Jul 08 2022": (2022, 7, 8),
    "July 8, 2022": (2022, 7, 8),
    "8 July 2022": (2022, 7, 8),
    "8-Jul-2022": (2022, 7, 8),
    "8th of July, 2022": (2022, 7, 8),
    "2022 Jul 8": (2022, 7, 8),
    "Sept 3 2022": (2022, 9, 3),
    "Jul 8, 2022 10:30 PM": (2022, 7, 8, 22, 30),
    "Monday, January 2nd 2023, 10:00:00 am": (2023, 1, 2, 10),
    "Fri, 08 Jul 2022 10:00:00 GMT": (2022, 7, 8, 10),
    "Fri, 08 Jul 2022 10:00:00 -0700": (2022, 7, 8, 17),
    "Fri Jul 08 2022 10:00:00 GMT+0200 (CEST)": (2022, 7, 8, 8),
}


@pytest.mark.parametrize("text", _SPELLINGS)
def test_a_spelling_of_a_date_is_read(text: str) -> None:
    assert dates.read(text) == datetime(*_SPELLINGS[text], tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "today",
            "13/40/2022",
            "2022-02-30",
            "2022-13-01",
            "Foo 8 2022",
            "Jul 32 2022",
            "8 2022",
            "2022",
        ),
        *("2022-06-01 13:05 PM", "99999999", "12:30", "2022-06-01 25:00", "Jul 8 2022 10:99", "x" * 1000),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.read(text) is None


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 12, 30)))  # noqa: DTZ001  (UTC is added)
def test_dates_are_read_as_python_writes_them(day: datetime) -> None:
    day = day.replace(microsecond=0, tzinfo=UTC)
    year = f"{day.year:04}"
    for text in (
        day.isoformat(),
        day.strftime(f"{year}/%m/%d %H:%M:%S"),
        day.strftime(f"%a, %d %b {year} %H:%M:%S GMT"),
        day.strftime(f"%B %d, {year} %I:%M:%S %p"),
    ):
        assert dates.read(text) == day, text


@given(st.text(alphabet="0123456789-/:., TZ+apmJulFribc()", max_size=100))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = dates.read(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2020-04-07-issue-12", (2020, 4, 7)),
        ("2020-4-7-issue", (2020, 4, 7)),
        ("2020-04-07", (2020, 4, 7)),
        ("2020_04_07 issue", (2020, 4, 7)),
        ("20200407-issue", (2020, 4, 7)),
        ("202004071530 note", (2020, 4, 7)),
        ("2020-04-071", None),
        ("2020-99-07-issue", None),
        ("20209907", None),
        ("issue-2020-04-07", None),
        ("12345678901234567", None),
    ],
)
def test_a_file_name_may_start_with_a_date(name: str, expected: tuple[int, int, int] | None) -> None:
    day = None if expected is None else datetime(*expected, tzinfo=UTC)
    assert dates.of_file_name(name) == day
    assert article("text", f"a/{name}.md").published_date_time == day
    assert article("text", f"a/{name}/index.md").published_date_time == day


@pytest.mark.parametrize(
    "key",
    [
        *(
            "publishedDateTime",
            "date",
            "Date",
            "pubDate",
            "pubdate",
            "publishDate",
            "publish_date",
            "published_at",
        ),
        *("publishedAt", "created", "ms.date", "published", "date_published", "created_at"),
    ],
)
def test_a_key_of_a_date_is_read(key: str) -> None:
    assert article(f"---\n{key}: 2022-05-09\n---\n").published_date_time == datetime(2022, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("value", ["[[2022-05-09]]", "'[[2022-05-09]]'", "[2022-05-09]"])
def test_a_date_may_be_a_link_to_the_note_of_a_day(value: str) -> None:
    assert article(f"---\ncreated: {value}\n---\n").published_date_time == datetime(2022, 5, 9, tzinfo=UTC)


def test_the_first_key_counts_and_then_the_file_name() -> None:
    both = "---\ncreated: 2020-01-01\ndate: 2021-01-01\n---\n"
    assert article(both, "2022-01-01-a.md").published_date_time == datetime(2021, 1, 1, tzinfo=UTC)


def test_a_date_that_cannot_be_read_is_a_warning_and_the_next_one_counts() -> None:
    found = parsed_file("---\ndate: someday\ncreated: 2020-01-01\n---\n")
    assert [(one.code, one.line, one.column) for one in found.problems] == [("W218", 2, 1)]
    assert found.document is not None
    assert article("---\ndate: someday\ncreated: 2020-01-01\n---\n").published_date_time is not None


@pytest.mark.parametrize("value", ["true", "false", "git Last Modified", "Last Modified"])
def test_flags_and_dates_of_the_repository_are_no_dates_and_no_warnings(value: str) -> None:
    key = "published" if value in {"true", "false"} else "date"
    found = parsed_file(f"---\ntitle: A\n{key}: {value}\n---\n")
    assert codes(found) == []
