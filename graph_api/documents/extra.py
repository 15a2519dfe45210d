"""The keys nobody claims, as JSON text: nothing a document says is lost.

What JSON cannot hold becomes text: integers over 64 bits and NaN as they are spelled, dates in ISO 8601.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import orjson

from graph_api.documents.fields import Fields, Notes
from graph_api.documents.limits import MAX_EXTRA
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


def extra_text(fields: Fields, more: Mapping[str, object]) -> str | None:
    """The unclaimed keys of *fields*, and *more* of its parts, as JSON text; None when there are none.

    What does not fit into the limit is left out, key by key, with a warning.
    """
    values = {**leftovers(fields.rest, fields.path, fields.notes), **more}
    text = orjson.dumps(values)
    if len(text) > MAX_EXTRA:
        values = _fitting(values, fields)
        text = orjson.dumps(values)
    return text.decode() if values else None


def _fitting(values: Mapping[str, object], fields: Fields) -> dict[str, object]:
    """Those of *values*, in their order, for which there is room."""
    kept: dict[str, object] = {}
    room = MAX_EXTRA
    for key, value in values.items():
        size = len(orjson.dumps({key: value}))
        if size <= room:
            kept[key] = value
            room -= size
        else:
            fields.add("W215", key, _NO_ROOM, "shorten it, or move it to the body")
    return kept


_NO_ROOM = f"is left out of extra, which holds at most {MAX_EXTRA:,} bytes as JSON"


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
