"""Where in a file a value stands, and how it is spelled there: asked only when something is odd."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TypeAlias

from graph_api.documents import yaml_exact
from graph_api.documents.yaml_exact import Exact, ListNode, MappingNode, Node, ScalarNode

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value: `("related", 3, "webUrl")`."""

_TOP_LEVEL_LINE = re.compile(r"^(?=[^\s#-])", re.MULTILINE)


class Source:
    """The YAML text of one document, read exactly once a question comes up."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._first_line = first_line
        self.consulted = False
        """Whether a value came from here; then the faults of the exact reading count too."""
        self._items: dict[str, list[tuple[int, str]]] = {}

    @cached_property
    def exact(self) -> Exact:
        """The whole text, read exactly."""
        return yaml_exact.read(self._text, self._first_line)

    def spelled(self, path: Path) -> str | None:
        """The source text of the scalar at *path*."""
        node = self.node(path)
        return node.text if isinstance(node, ScalarNode) else None

    def node(self, path: Path) -> Node | None:
        """The exact value at *path*."""
        self.consulted = True
        return _follow(self.exact.root, path)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the key or list item at *path*, or of what should contain it."""
        if len(path) > 1 and isinstance(path[0], str) and isinstance(path[1], int):
            root = self._list_item(path[0], path[1])
            if root is not None:
                return _place(root, (0, *path[2:]))
        if self.exact.root is None:
            return self._first_line, 1
        return _place(self.exact.root, path)

    def _list_item(self, key: str, position: int) -> Node | None:
        """A list of the one item at *position* under *key*, cut out of the text; None where that is unsafe.

        Reading a whole document exactly takes about 10 ms, and repeated relations are frequent.
        """
        if key not in self._items:
            self._items[key] = _cut_items(self._text, key)
        items = self._items[key]
        if not 0 <= position < len(items):
            return None
        line, text = items[position]
        return yaml_exact.read(text, self._first_line + line).root

    def expect_items(self, key: str, count: int) -> None:
        """Says how many items the list under *key* has; another number of pieces makes cutting unsafe."""
        if len(self._items.setdefault(key, _cut_items(self._text, key))) != count:
            self._items[key] = []


def _follow(node: Node | None, path: Path) -> Node | None:
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str):
            node = node.values.get(step)
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def _place(root: Node, path: Path) -> tuple[int, int]:
    """The place of the last step of *path* that exists."""
    node, place = root, (root.line, root.column)
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str) and step in node.keys:
            place = (node.keys[step].line, node.keys[step].column)
            node = node.values[step]
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = (node.line, node.column)
        else:
            break
    return place


def _cut_items(text: str, key: str) -> list[tuple[int, str]]:
    """The pieces of the list under a top-level *key*, each with the number of lines before it.

    A piece starts at each line with a dash at the first item's indentation. Every true item starts so;
    hence as many pieces as items are exactly the items, whatever their texts contain.
    """
    opening = re.search(rf"^{re.escape(key)}:[ ]*\n((?:[ ]*\n)*)([ ]*)- ", text, re.MULTILINE)
    if opening is None:
        return []
    start = opening.start(2)
    end = _TOP_LEVEL_LINE.search(text, start)
    block = text[start : end.start() if end else len(text)]
    starts = [found.start() for found in re.finditer(rf"^{opening[2]}-(?=[ \n])", block, re.MULTILINE)]
    before = text.count("\n", 0, start)
    pieces = zip(starts, [*starts[1:], len(block)], strict=True)
    return [(before + block.count("\n", 0, at), block[at:until]) for at, until in pieces]
