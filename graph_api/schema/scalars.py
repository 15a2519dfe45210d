"""The scalars of the contract and how their values are read and written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)
JSON = NewType("JSON", object)
Representation = NewType("Representation", object)


def shown(value: object) -> str:
    """A client's value as messages name it: JSON, cut where it is long."""
    return json.dumps(value, ensure_ascii=False)[:40]


def moment_text(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`; the fraction of a second only when there is one."""
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def moment(text: object) -> datetime:
    """The moment *text* names, in UTC. Raises ValueError unless it is RFC 3339 with an offset."""
    if not isinstance(text, str):
        raise ValueError(_not_a_moment(text))  # noqa: TRY004 - graphql-core expects a ValueError
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_not_a_moment(text)) from None
    if value.tzinfo is None or "T" not in text.upper():
        raise ValueError(_not_a_moment(text))
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(_not_a_moment(text)) from None


def _not_a_moment(value: object) -> str:
    return f"DateTime must be text such as 2023-03-15T21:22:00Z, with an offset or Z, not {shown(value)}"


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
        description="A moment, as RFC 3339 text. Answers are in UTC with Z; input may have any offset.",
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
        description="Any JSON value: an object, a list, text, a number, a boolean or null.",
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
