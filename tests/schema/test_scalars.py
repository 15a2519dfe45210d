"""Scalars take what their specifications allow, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from graph_api.schema.scalars import moment, moment_text


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-03-15T21:22:00Z", "2023-03-15T21:22:00Z"),
        ("2023-03-15t21:22:00z", "2023-03-15T21:22:00Z"),
        ("2023-03-15T21:22:00+05:30", "2023-03-15T15:52:00Z"),
        ("2023-03-15T21:22:00-00:00", "2023-03-15T21:22:00Z"),
        ("2023-03-15T00:00:00+23:59", "2023-03-14T00:01:00Z"),
        ("2023-03-15T21:22:00.5Z", "2023-03-15T21:22:00.500000Z"),
        ("2023-03-15T21:22:00.1234567899Z", "2023-03-15T21:22:00.123456Z"),
        ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z"),
        ("1990-12-31T15:59:60.5-08:00", "1991-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_a_date_time_is_rfc_3339(text: str, utc: str) -> None:
    assert moment_text(moment(text)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20230315T212200Z",
        "2023-W11-3T21:22:00Z",
        "2023-074T21:22:00Z",
        "2023-03-15",
        "2023-03-15T21:22:00",
        "2023-03-15 21:22:00Z",
        "2023-03-15T21:22Z",
        "2023-03-15T21Z",
        "2023-03-15T21:22:00+0530",
        "2023-03-15T21:22:00+05",
        "2023-03-15T21:22:00+05:30:00",
        "2023-03-15T21:22:00+24:00",
        "2023-03-15T21:22:00+05:60",
        "2023-03-15T21:22:00\u221205:00",
        "2023-03-15T21:22:00,5Z",
        "2023-03-15T21:22:00.Z",
        "2023-03-15T24:00:00Z",
        "2023-03-15T21:60:00Z",
        "2023-03-15T21:22:60Z",
        "2023-03-15T23:59:60Z",
        "2023-03-15T21:22:61Z",
        "2023-02-29T00:00:00Z",
        "2023-3-15T21:22:00Z",
        "+2023-03-15T21:22:00Z",
        "12023-03-15T21:22:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T23:59:60Z",
        "\u0662\u0660\u0662\u0663-03-15T21:22:00Z",
        "2023-03-15T21:22:00Z\n",
        " 2023-03-15T21:22:00Z",
        1678915320,
        None,
        True,
    ],
)
def test_nothing_else_is_a_date_time(text: object) -> None:
    with pytest.raises(ValueError, match="DateTime must be a date and time as in RFC 3339"):
        moment(text)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-1_439, 1_439))
def test_a_date_time_comes_back_as_it_was_written(value: datetime, minutes: int) -> None:
    assert moment(moment_text(value)) == value
    try:
        elsewhere = value.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    assert moment(elsewhere.isoformat()) == value
