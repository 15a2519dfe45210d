"""The JSON Schema says of the front matter what the reader says."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from graph_api.documents import ArticleDocument, RelatedItem, front_matter, front_matter_schema
from tests.documents.writing import read

_SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def fits(value: object, rule: dict[str, Any]) -> bool:
    """Whether *value* fits *rule*; knows the words of JSON Schema that ours uses, and no others."""
    words = set(rule) - {"$schema", "$id", "$defs", "title", "description", "default", "format"}
    return all(_CHECKS[word](value, rule[word]) for word in sorted(words, key=lambda word: word != "type"))


_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return name != "boolean" and isinstance(value, _TYPES[name])


_CHECKS: dict[str, Any] = {
    "$ref": lambda value, name: fits(value, front_matter_schema()["$defs"][name.rpartition("/")[2]]),
    "type": lambda value, names: any(
        _is(value, name) for name in ([names] if isinstance(names, str) else names)
    ),
    "properties": lambda value, rules: all(
        fits(value[key], rule) for key, rule in rules.items() if key in value
    ),
    "required": lambda value, keys: set(keys) <= set(value),
    "items": lambda value, rule: value is None or all(fits(item, rule) for item in value),
    "anyOf": lambda value, rules: any(fits(value, rule) for rule in rules),
    "allOf": lambda value, rules: all(fits(value, rule) for rule in rules),
    "not": lambda value, rule: not fits(value, rule),
    "const": lambda value, constant: value == constant,
    "maxItems": lambda value, most: not isinstance(value, list) or len(value) <= most,
    "maxLength": lambda value, most: not isinstance(value, str) or len(value) <= most,
    "pattern": lambda value, pattern: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minimum": lambda value, least: not isinstance(value, int | float) or value >= least,
    "maximum": lambda value, most: not isinstance(value, int | float) or value <= most,
}


def test_it_is_json_and_describes_every_field() -> None:
    schema = front_matter_schema()
    assert json.loads(json.dumps(schema)) == schema
    parts = [schema, *(schema["$defs"][name] for name in ("provider", "related"))]
    parts.append(schema["$defs"]["image"]["anyOf"][1])
    assert all(rule["description"] for part in parts for rule in part["properties"].values())


@pytest.mark.parametrize(
    ("record", "properties"),
    [
        (ArticleDocument, front_matter_schema()["properties"]),
        (RelatedItem, front_matter_schema()["$defs"]["related"]["properties"]),
    ],
)
def test_it_names_every_field_of_the_record(record: type, properties: dict[str, Any]) -> None:
    snake = {re.sub(r"([A-Z])", r"_\1", name).lower() for name in properties}
    derived = {"url", "slug", "body", "extra", "addresses", "names", "references"}
    assert {field.name for field in fields(record)} - derived <= snake


def test_the_seeds_fit() -> None:
    schema = front_matter_schema()
    articles = [path for path in _SEEDS.rglob("*.md") if "_data" not in path.parts]
    assert articles
    for path in articles:
        assert fits(front_matter.split(path.read_text()).mapping, schema), path


_ARTICLE = {"title": "One", "webUrl": "https://example.com/one"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"title": None, "name": "Build"},
        {"webUrl": None, "originalUrl": "http://example.com/"},
        {"title": 2020, "quality": None, "heat": -1, "topics": ["AI", 5.1], "more": {"a": 1}},
        {"images": ["https://example.com/a.jpg", {"url": "https://example.com/b.jpg", "width": 3}]},
        {"publishedDateTime": "2023-03-15 21:22:00 +2", "secured": "YQ==;YQ=="},
    ],
)
def test_what_is_read_fits(changed: dict[str, object]) -> None:
    assert fits({**_ARTICLE, **changed}, front_matter_schema())


@pytest.mark.parametrize(
    "changed",
    [
        {"title": None},
        {"title": ""},
        {"webUrl": None},
        {"webUrl": "javascript:x"},
        {"webUrl": "https://me@example.com/"},
        {"quality": "high"},
        {"quality": True},
        {"heat": 2**31},
        {"published": "yes"},
        {"publishedDateTime": "yesterday"},
        {"related": {"title": "Two"}},
        {"related": [{"title": "Two"}]},
        {"provider": "A"},
        {"provider": {"name": "A"}},
        {"images": [{"width": 3}]},
        {"images": ["https://example.com/a.jpg"] * 101},
        {"topics": ["AI"] * 101},
        {"webUrl": "https://example.com/" + "a" * 8_192},
    ],
)
def test_what_is_rejected_or_warned_of_does_not_fit(changed: dict[str, object]) -> None:
    assert not fits({**_ARTICLE, **changed}, front_matter_schema())


@pytest.mark.parametrize(
    "spelling", ["10", "10.0", "-1.0", "1e3", "10.5", "2147483647.0", "2147483648.0", '"10"']
)
def test_a_number_fits_exactly_when_the_reader_takes_it(spelling: str) -> None:
    value = json.loads(spelling)
    document = read(quality=spelling).document
    assert fits({**_ARTICLE, "quality": value}, front_matter_schema()) == (document is not None)
    if isinstance(document, ArticleDocument):
        assert (document.quality, type(document.quality)) == (value, int)
