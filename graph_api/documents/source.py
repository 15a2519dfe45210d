"""Where in a file a value stands, and how it is spelled there: asked only when something is odd."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeAlias

from graph_api.documents import yaml_exact
from graph_api.documents.yaml_exact import Exact, ListNode, MappingNode, Node, ScalarNode
from graph_api.documents.yaml_fast import Cut

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value: `("related", 3, "webUrl")`."""


class Source:
    """The YAML text of one document, read exactly once a question comes up."""

    def __init__(self, text: str, first_line: int, exact: Exact | None = None) -> None:
        self._text = text
        self._first_line = first_line
        self._exact = exact
        self.consulted = False
        """Whether a value came from here; then the faults of the exact reading count too."""
        self._counts: dict[str, int] = {}
        self._items: dict[str, tuple[list[int], list[str]]] = {}
        self._read_items: dict[tuple[str, int], Node | None] = {}

    @property
    def exact(self) -> Exact:
        """The whole text, read exactly."""
        if self._exact is None:
            self._exact = yaml_exact.read(self._text, self._first_line)
        return self._exact

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

    def expect_items(self, key: str, count: int) -> None:
        """Says how many items the list under *key* has; only then can a place in it be found quickly."""
        self._counts[key] = count

    def _list_item(self, key: str, position: int) -> Node | None:
        """A list of the one item at *position* under *key*, cut out of the text; None where that is unsafe.

        Reading a whole document exactly takes about 10 ms, and repeated relations are frequent.
        """
        if key not in self._items:
            cut = Cut.of(self._text, key) if key in self._counts else None
            pieces = cut.pieces() if cut else []
            is_whole = cut is not None and len(pieces) == self._counts[key]
            self._items[key] = (_lines(cut.line, pieces), pieces) if cut and is_whole else ([], [])
        lines, pieces = self._items[key]
        if position >= len(pieces):
            return None
        if (key, position) not in self._read_items:
            read = yaml_exact.read(pieces[position], self._first_line + lines[position])
            self._read_items[key, position] = read.root
        return self._read_items[key, position]


def _lines(before: int, pieces: Sequence[str]) -> list[int]:
    """How many lines stand before each of the pieces that follow the first *before* ones."""
    return list(accumulate((piece.count("\n") for piece in pieces), initial=before))


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
