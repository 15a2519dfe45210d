"""YAML read exactly: every value with its source text, line and column. Slow, and the authority.

Built on the events of libyaml. What front matter must not use (anchors, aliases, tags, merge keys,
duplicate keys) is noted as a fault with its place and reading goes on, so that one reading shows them
all; only what is too much ends it. Plain scalars have the types of YAML 1.2: `no` and `12:30:45` are texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from graph_api.documents.limits import MAX_DEPTH, MAX_PROBLEMS, MAX_VALUES
from graph_api.documents.texts import shortened
from graph_api.documents.yaml_escapes import Disguise
from graph_api.errors import ParseStopped

_HALVES = re.compile("[\ud800-\udfff]")
_SYNTAX_CODES = {"E126": "scanning an a", "E128": " a tag", "E133": "<document start>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What front matter must not contain, and where in the text (both count from 1)."""

    code: str
    line: int
    column: int
    message: str
    hint: str | None = None


@dataclass(slots=True, kw_only=True)
class ScalarNode:
    """A single value; *text* is its source text with quotes and escapes undone."""

    line: int
    column: int
    text: str
    plain: bool


@dataclass(slots=True, kw_only=True)
class ListNode:
    """A list of values."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list["Node"])


@dataclass(slots=True, kw_only=True)
class MappingNode:
    """Keys, by their source text, and values; where a key repeats the first one counts."""

    line: int
    column: int
    keys: dict[str, ScalarNode] = field(default_factory=dict[str, ScalarNode])
    values: dict[str, Node] = field(default_factory=dict[str, "Node"])


Node: TypeAlias = ScalarNode | ListNode | MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A text as read: its root, None when the text is empty or broken; how many keys and values it holds, as far
    as it was read; and its faults."""

    root: Node | None
    values: int
    faults: tuple[Fault, ...]


def read(text: str, first_line: int = 1) -> Exact:
    """The nodes of *text* and everything that is wrong with it as YAML; its lines count from *first_line*."""
    disguise = Disguise.of(text)
    reading = _Reading(disguise, first_line)
    root: Node | None = None
    if (at := text.find("\0")) >= 0:
        reading.note("E131", text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "it contains NUL")
    try:
        root = reading.document(_events(disguise.text))
    except yaml.MarkedYAMLError as error:
        code, line, column, message = _syntax_error(error, disguise.text)
        reading.note(code, line, column, message)
    except ParseStopped:
        root = None
    return Exact(root=root, values=reading.values, faults=tuple(reading.faults))


def _events(text: str) -> Iterator[Any]:  # Any: PyYAML's events have no common typed shape
    return iter(yaml.parse(text, Loader=yaml.CSafeLoader))


class _Reading:
    """One walk over the events of a text; collects faults as it builds nodes."""

    def __init__(self, disguise: Disguise, first_line: int) -> None:
        self.faults: list[Fault] = []
        self.values = 0
        self._disguise = disguise
        self._before = first_line - 1

    def note(self, code: str, line: int, column: int, message: str) -> None:
        """Adds a fault at a place in the text."""
        self._fault(code, (line + self._before, column), message)

    def document(self, events: Iterator[Any]) -> Node | None:
        """The root of the first document; a second one is a fault."""
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault("E133", self._place(event), "a second YAML document starts here")
                    break
                root = self._node(next(events), events, 1)
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self._count(event)
        self._check_properties(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, events, depth)
        return self._scalar(event)

    def _mapping(self, start: Any, events: Iterator[Any], depth: int) -> MappingNode:
        self._check_depth(start, depth)
        line, column = self._place(start)
        node = MappingNode(line=line, column=column)
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(self._node(event, events, depth + 1))
            value = self._node(next(events), events, depth + 1)
            if key.text in node.keys:
                first = node.keys[key.text].line
                message = f"{shortened(key.text)} is already given in line {first}"
                self._fault("E125", (key.line, key.column), message)
            node.keys.setdefault(key.text, key)
            node.values.setdefault(key.text, value)
        return node

    def _list(self, start: Any, events: Iterator[Any], depth: int) -> ListNode:
        self._check_depth(start, depth)
        line, column = self._place(start)
        node = ListNode(line=line, column=column)
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            node.items.append(self._node(event, events, depth + 1))
        return node

    def _scalar(self, event: Any) -> ScalarNode:
        line, column = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return ScalarNode(line=line, column=column, text=f"*{event.anchor}", plain=False)
        text = self._disguise.undone(event.value)
        if "\0" in text and "\0" not in self._disguise.characters.values():
            self._fault("E131", (line, column), "the text contains an escaped NUL")
        if _HALVES.search(text):
            text = self._whole(text, (line, column))
        return ScalarNode(line=line, column=column, text=text, plain=not event.style and not event.tag)

    def _whole(self, text: str, place: tuple[int, int]) -> str:
        """*text* with surrogate pairs joined and lone halves replaced by U+FFFD."""
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\ufffd" in whole and "\ufffd" not in text:
            self._fault("W209", place, "half a character (a lone surrogate) is replaced by U+FFFD")
        return whole

    def _key(self, node: Node) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            self._fault("E134", (node.line, node.column), "a list or mapping cannot be a key")
            return ScalarNode(line=node.line, column=node.column, text="?", plain=False)
        if node.plain and node.text == "<<":
            self._fault("E127", (node.line, node.column), "merge keys (<<) are not read")
        return node

    def _count(self, event: Any) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            message = f"the front matter holds more than {MAX_VALUES:,} keys and values"
            self._fault("E114", self._place(event), message)
            raise ParseStopped

    def _check_properties(self, event: Any) -> None:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self._fault("E126", place, f"aliases are not read: *{shortened(str(event.anchor))}")
            return
        if event.anchor:
            self._fault("E126", place, f"anchors are not read: &{shortened(str(event.anchor))}")
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            self._fault("E128", place, f"tags are not read: {shortened(tag)}")

    def _check_depth(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._fault("E129", self._place(event), f"values are nested deeper than {MAX_DEPTH} levels")
            raise ParseStopped

    def _place(self, event: Any) -> tuple[int, int]:
        return event.start_mark.line + 1 + self._before, event.start_mark.column + 1

    def _fault(self, code: str, place: tuple[int, int], message: str) -> None:
        self.faults.append(Fault(code=code, line=place[0], column=place[1], message=message))
        if code[0] == "E" and len(self.faults) > MAX_PROBLEMS:
            raise ParseStopped


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int, int, str]:
    """Code, line, column and message of what the parser stumbled over."""
    problem, context = error.problem or "the rules are broken", error.context or ""
    # What never ends is named where it starts.
    starts_it = any(word in context for word in ("quoted scalar", "anchor", "alias", "tag"))
    mark = (error.context_mark if starts_it else None) or error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    before = text.split("\n")[line][: column + 1] if line <= text.count("\n") else ""
    if before.endswith("\t") and not before.strip():
        return "E132", line + 1, column + 1, "a tab is used for indentation"
    code = next((code for code, sign in _SYNTAX_CODES.items() if sign in f"{problem} {context}"), "E123")
    return code, line + 1, column + 1, f"the YAML cannot be read: {problem} {context}".rstrip()
