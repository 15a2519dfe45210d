"""The types of plain YAML scalars, as the fast path gives them (YAML 1.2, generous with numbers).

Dates and times stay texts: what a date is depends on the field.
"""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from graph_api.documents.yaml_exact import ListNode, MappingNode, Node, ScalarNode

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[0-9]+")
_FLOAT = re.compile(r"(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_SIGN_AFTER_UNDERSCORE = re.compile(r"_[-+]")
_BASES = {
    "0x": (16, re.compile("[0-9a-fA-F]+")),
    "0o": (8, re.compile("[0-7]+")),
    "0b": (2, re.compile("[01]+")),
}
_MAX_DIGITS = 4000


def is_mapping(value: object) -> TypeGuard[dict[Any, object]]:
    """Whether *value* is a mapping as YAML gives them; its keys may be anything."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether *value* is a list as YAML gives them."""
    return isinstance(value, list)


def value_of(node: Node | None) -> object:
    """What *node* says, as dicts, lists and typed scalars."""
    if isinstance(node, MappingNode):
        return {key: value_of(item) for key, item in node.values.items()}
    if isinstance(node, ListNode):
        return [value_of(item) for item in node.items]
    return None if node is None else scalar(node)


def scalar(node: ScalarNode) -> object:
    """What a scalar says: a text when quoted, otherwise what its spelling stands for."""
    if not node.plain:
        return node.text
    if node.text in _CONSTANTS:
        return _CONSTANTS[node.text]
    return _number(node.text)


def _number(text: str) -> int | float | str:
    """The number *text* spells, sign first; underscores between digits do not count."""
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    sign, unsigned = (text[:1], text[1:]) if text[:1] in {"-", "+"} else ("", text)
    base, pattern = _BASES.get(unsigned[:2].lower(), (10, _DECIMAL))
    digits = (unsigned if pattern is _DECIMAL else unsigned[2:]).replace("_", "")
    if len(digits) > _MAX_DIGITS:  # Python refuses to read so many
        return text
    if pattern.fullmatch(digits):
        return int(sign + digits, base)
    is_float = (
        pattern is _DECIMAL and _FLOAT.fullmatch(digits) and not _SIGN_AFTER_UNDERSCORE.search(unsigned)
    )
    return float(sign + digits) if is_float else text


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and mappings are nested in *value* more than *levels* deep."""
    items = value.values() if is_mapping(value) else value if is_list(value) else None
    if items is None:
        return False
    return levels == 0 or any(is_deeper(item, levels - 1) for item in items)
