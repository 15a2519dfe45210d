"""Splits a file into front matter and body with python-frontmatter, and loads the YAML.

`yaml_fast` reads most texts, `yaml_exact` those that it might misread. `YamlSource` finds the position and the source
text of a value, which only problems need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, TypeAlias

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from graph_api.documents import yaml_exact, yaml_fast
from graph_api.documents.values import is_mapping, shown
from graph_api.documents.yaml_exact import Exact, ListNode, LocatedProblem, MappingNode, Node, ScalarNode
from graph_api.documents.yaml_fast import Cut
from graph_api.errors import InvalidFrontMatter

_MAX_QUOTED_DASHES = 8
_MAX_VALUES_AGAIN = 10_000  # keys and values

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from the root to a value: `("related", 3, "webUrl")`."""


def decoded(data: bytes) -> str:
    """The text in *data*. Raises InvalidFrontMatter when it is not UTF-8, empty, or contains NUL."""
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        line, column = data.count(b"\n", 0, start) + 1, len(data[start : error.start].decode()) + 1
        byte = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InvalidFrontMatter("E130", line, byte, column) from None
    if not text.strip():
        raise InvalidFrontMatter("E120", 1, "the file is empty")
    if (at := text.find("\0")) >= 0:
        column = at - text.rfind("\n", 0, at)
        raise InvalidFrontMatter("E131", text.count("\n", 0, at) + 1, "the file contains NUL", column)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The value of a YAML text, None when it is invalid; *exact* when the exact reader was needed."""

    value: object
    exact: Exact | None = None

    @property
    def problems(self) -> tuple[LocatedProblem, ...]:
        """Problems of the syntax."""
        return self.exact.problems if self.exact else ()


def load(text: str, first_line: int = 1) -> Loaded:
    """The value of the YAML *text*, from the fast reader, else from the exact one, which finds the problems."""
    found = yaml_fast.read(text)
    if found is not None:
        return Loaded(value=found[0])
    exact = yaml_exact.read(text, first_line)
    return Loaded(value=yaml_exact.value_of(exact.root), exact=exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file's mapping, None when its YAML is invalid; its body; and the source of the mapping."""

    mapping: dict[Any, object] | None
    body: str
    problems: tuple[LocatedProblem, ...]
    source: YamlSource


def split(text: str) -> FrontMatter:
    """The front matter and body of *text*. Raises InvalidFrontMatter when there is no front matter.

    A line of dashes inside a quoted text does not end the front matter; the next line of dashes does.
    """
    first = front = _split_at(text, 0)
    for skipped in range(1, _MAX_QUOTED_DASHES + 1):
        if not _is_worth_another_try(front):
            return front
        try:
            front = _split_at(text, skipped)
        except InvalidFrontMatter:
            break
    return first if front.problems else front


def _split_at(text: str, skipped: int) -> FrontMatter:
    leading = len(text) - len(text.lstrip())
    handler = FastHandler(text.count("\n", 0, leading) + 1, skipped)
    _, body = frontmatter.parse(text, handler=handler)
    return _front(handler.text, handler.first_line + 1, handler.loaded, body)


def _is_worth_another_try(front: FrontMatter) -> bool:
    """Whether the front matter ends inside a quoted text, and is small enough to be read again."""
    in_quotes = any(
        problem.code == "E123" and "quoted scalar" in problem.message for problem in front.problems
    )
    return in_quotes and front.source.exact.values <= _MAX_VALUES_AGAIN


def whole(text: str) -> FrontMatter:
    """The front matter of a YAML file: all of its text."""
    text = text.replace("\r\n", "\n")
    text = (
        text if text.endswith("\n") else f"{text}\n"
    )  # so that a block text at the end keeps its line break
    return _front(text, 1, load(text), "")


def _front(text: str, line: int, loaded: Loaded, body: str) -> FrontMatter:
    mapping = loaded.value if is_mapping(loaded.value) else None
    if mapping is None and not loaded.problems:
        raise InvalidFrontMatter(
            "E124", line, f"the front matter must be a mapping of keys to values, not {shown(loaded.value)}"
        )
    source = YamlSource(text, line, loaded.exact)
    return FrontMatter(mapping=mapping, body=body, problems=loaded.problems, source=source)


class FastHandler(YAMLHandler):
    """A python-frontmatter handler for one text, with our split and our YAML loader.

    After parsing, `text` is the front matter and `loaded` its value.
    """

    def __init__(self, first_line: int, skipped: int) -> None:
        super().__init__()
        self.first_line = first_line
        self.text = ""
        self.loaded = Loaded(value=None)
        self._skipped = skipped

    def split(self, text: str) -> tuple[str, str]:
        """Front matter (between two lines of three dashes) and body.

        Skipped lines of dashes are indented, as YAML requires inside a quoted text; no value changes.
        """
        start = _after_opening(text)
        if start < 0:
            message = f"the file must start with a line of three dashes; it starts with {_seen(text)}"
            raise InvalidFrontMatter("E121", self.first_line, message)
        closing = next(islice(_closings(text, start), self._skipped, None), None)
        if closing is None:
            raise InvalidFrontMatter(
                "E122", self.first_line, "no line of three dashes closes the front matter"
            )
        inner, body = text[start : closing[0]], text[closing[1] :]
        return (inner.replace("\n---", "\n ---") if self._skipped else inner), body

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """The value of the front matter."""
        self.text = fm
        self.loaded = load(fm, self.first_line + 1)
        return self.loaded.value


def _seen(text: str) -> str:
    """What *text* starts with, in place of dashes."""
    first = text.partition("\n")[0].strip()
    if first == "+++":
        return "+++, as TOML does"
    if first.startswith("{") and not first.startswith(("{{", "{%")):
        return "a brace, as JSON does"
    return shown(first)


def _after_opening(text: str) -> int:
    """The index after the line of opening dashes; -1 when the text does not start with one."""
    end = text.find("\n")
    return end + 1 if end >= 0 and text[:end].rstrip() == "---" else -1


def _closings(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line of dashes."""
    at = text.find("\n---", start - 1)
    while at >= 0:
        end = text.find("\n", at + 1)
        end = len(text) if end < 0 else end
        if not text[at + 4 : end].strip():
            yield at + 1, end + 1
        at = text.find("\n---", at + 1)


# -- positions in the text ----------------------------------------------------------------------------------


class YamlSource:
    """The YAML text of one document; the exact reader reads it when a position or a source text is needed."""

    def __init__(self, text: str, first_line: int, exact: Exact | None = None) -> None:
        self._text = text
        self._first_line = first_line
        self._exact = exact
        self.exact_was_used = False
        """Whether a value came from the exact reader; its problems must be reported then."""
        self._counts: dict[str, int] = {}
        self._items: dict[str, tuple[list[int], list[str]]] = {}
        self._read_items: dict[tuple[str, int], Node | None] = {}

    @property
    def exact(self) -> Exact:
        """The whole text as the exact reader reads it."""
        if self._exact is None:
            self._exact = yaml_exact.read(self._text, self._first_line)
        return self._exact

    def source_text(self, path: KeyPath) -> str | None:
        """The source text of the scalar at *path*."""
        node = self.node(path)
        return node.text if isinstance(node, ScalarNode) else None

    def node(self, path: KeyPath) -> Node | None:
        """The node at *path*."""
        self.exact_was_used = True
        return _follow(self.exact.root, path)

    def place(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of the key or list item at *path*, else of its nearest ancestor, else of the opening dashes."""
        if len(path) > 1 and isinstance(path[0], str) and isinstance(path[1], int):
            root = self._list_item(path[0], path[1])
            if root is not None:
                return _place(root, (0, *path[2:]))
        root = self.exact.root
        if root is None:
            return self._first_line, 1
        if path and isinstance(root, MappingNode) and path[0] not in root.keys:
            return max(self._first_line - 1, 1), 1  # the opening dashes: a missing key has no line
        return _place(root, path)

    def set_item_count(self, key: str, count: int) -> None:
        """Sets the length of the list under *key*, which `place` needs to find an item without reading the whole text."""
        self._counts[key] = count

    def _list_item(self, key: str, position: int) -> Node | None:
        """A list with the one item at *position* under *key*, cut out of the text; None where that is unsafe.

        The exact reader takes about 10 ms for a whole document, and duplicates in `related` are frequent.
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
    """The number of lines before each piece, when *before* lines precede the first."""
    return list(accumulate((piece.count("\n") for piece in pieces), initial=before))


def _follow(node: Node | None, path: KeyPath) -> Node | None:
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str):
            node = node.values.get(step)
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def _place(root: Node, path: KeyPath) -> tuple[int, int]:
    """The position of the last step of *path* that exists."""
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
