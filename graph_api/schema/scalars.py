"""The scalars of the contract and how their values are read and written."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)
JSON = NewType("JSON", object)
Representation = NewType("Representation", object)


_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[-+][0-9]{2}:[0-5][0-9])"
)


def shown(value: object) -> str:
    """A client's value as messages name it: JSON, cut where it is long."""
    return json.dumps(value, ensure_ascii=False)[:40]


def moment_text(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`; the fraction of a second only when there is one."""
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def moment(text: object) -> datetime:
    """The date and time in *text*, in UTC. Raises ValueError unless it is RFC 3339.

    Digits beyond microseconds are dropped. A leap second is the second after it, since Python has none.
    """
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(_not_a_moment(text))
    day, minute, second, fraction, offset = found.groups()
    is_leap = second == "60"
    spelled = f"{day}T{minute}:{'59' if is_leap else second}.{(fraction or '')[:6]:0<6}{offset}"
    try:
        value = datetime.fromisoformat(spelled.upper()).astimezone(UTC)
        if not is_leap:
            return value
        after = value.replace(microsecond=0) + timedelta(seconds=1)
    except (ValueError, OverflowError):  # no such day or time, or not in the years 1 to 9999
        raise ValueError(_not_a_moment(text)) from None
    if (after.day, after.hour, after.minute) != (1, 0, 0):  # leap seconds end a month: RFC 3339, 5.7
        raise ValueError(_not_a_moment(text))
    return after


def _not_a_moment(value: object) -> str:
    return (
        f"DateTime must be a date and time as in RFC 3339, such as 2023-03-15T21:22:00Z; got {shown(value)}"
    )


def url(text: object) -> URL:
    """The http(s) URL that *text* is. Raises ValueError for anything else."""
    if isinstance(text, str) and text.lower().startswith(("http://", "https://")):
        return URL(text)
    raise ValueError(f"URL must be text that begins with http:// or https://, not {shown(text)}")


def _unchanged(value: object) -> object:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A date and time as in RFC 3339. Answers are in UTC with Z; input may have any offset.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=moment_text,
        parse_value=moment,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute http or https URL, as the document has it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=url,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value. Integers that JavaScript would round (beyond 2^53 - 1) are strings.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_unchanged,
        parse_value=_unchanged,
    ),
    Representation: strawberry.scalar(
        name="_Any",
        description="What a gateway knows of an object: its __typename and the fields of one of its keys.",
        specified_by_url="https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec",
        serialize=_unchanged,
        parse_value=_unchanged,
    ),
}
