"""The keys nobody claims, as JSON text: nothing a document says is lost.

What JSON cannot hold becomes text: integers over 64 bits and NaN as they are spelled, dates in ISO 8601.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import orjson

from graph_api.documents.fields import Notes
from graph_api.documents.scalars import is_list, is_mapping, scalar
from graph_api.documents.source import Path
from graph_api.documents.texts import moment
from graph_api.documents.yaml_exact import ListNode, MappingNode, Node

_INTEGERS = range(-(2**63), 2**64)
_LOOSE_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][ ]*[0-9]{1,2}:[0-9]{2}:[0-9]{2}[0-9. Zz:+-]*)"
)
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?"
)


def json_text(values: Mapping[str, object]) -> str | None:
    """*values*, which are fit for JSON, as JSON text; None when there are none."""
    return orjson.dumps(values).decode() if values else None


def leftovers(rest: Mapping[str, object], path: Path, notes: Notes) -> dict[str, object]:
    """The unclaimed keys of the mapping at *path* with values fit for JSON."""
    return {key: _fit(value, (*path, key), notes) for key, value in rest.items()}


def _fit(value: object, path: Path, notes: Notes) -> object:
    if _is_fit(value):
        return value
    node = notes.node(path)
    return _from_node(node) if node is not None else str(value)


def _is_fit(value: object) -> bool:
    if isinstance(value, str):
        return _LOOSE_MOMENT.fullmatch(value) is None or _ISO_MOMENT.fullmatch(value) is not None
    if is_mapping(value):
        return all(isinstance(key, str) and _is_fit(item) for key, item in value.items())
    if is_list(value):
        return all(map(_is_fit, value))
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or value in _INTEGERS


def _from_node(node: Node) -> object:
    if isinstance(node, MappingNode):
        return {key: _from_node(item) for key, item in node.values.items()}
    if isinstance(node, ListNode):
        return [_from_node(item) for item in node.items]
    value = scalar(node)
    if isinstance(value, str):
        return _iso(value) if node.plain else value
    return value if _is_fit(value) else node.text


def _iso(text: str) -> str:
    """A date-time in one of YAML's looser spellings in ISO 8601 (UTC); any other text as it is."""
    found = moment(text) if _LOOSE_MOMENT.fullmatch(text) and not _ISO_MOMENT.fullmatch(text) else None
    return text if found is None else found[0].isoformat().replace("+00:00", "Z")
