"""The exact YAML reader: every value with its source text, line and column. Slow, and the reference.

It consumes libyaml's events. What front matter must not use (anchors, aliases, tags, merge keys, duplicate
keys) is recorded as a problem with its position, and reading continues, so that all problems are reported
together; it stops at the limits only. Plain scalars have the types of YAML 1.2: `no` and `12:30:45` are texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from graph_api.documents.limits import MAX_DEPTH, MAX_PROBLEMS, MAX_VALUES
from graph_api.documents.values import shortened
from graph_api.errors import ParseStopped

_SURROGATES = re.compile("[\ud800-\udfff]")
_SYNTAX_CODES = {"E126": "scanning an a", "E128": " a tag", "E133": "<document start>"}


# -- problems and nodes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedProblem:
    """A problem at a line and column, both counted from 1."""

    code: str
    line: int
    column: int
    message: str
    hint: str | None = None


@dataclass(slots=True, kw_only=True)
class ScalarNode:
    """A scalar; *text* is its source text without quotes and escapes."""

    line: int
    column: int
    text: str
    plain: bool


@dataclass(slots=True, kw_only=True)
class ListNode:
    """A list."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list["Node"])


@dataclass(slots=True, kw_only=True)
class MappingNode:
    """A mapping by the source text of its keys."""

    line: int
    column: int
    keys: dict[str, ScalarNode] = field(default_factory=dict[str, ScalarNode])
    values: dict[str, Node] = field(default_factory=dict[str, "Node"])


Node: TypeAlias = ScalarNode | ListNode | MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """The root node, None when the text is empty or invalid; the number of keys and values read; the problems."""

    root: Node | None
    values: int
    problems: tuple[LocatedProblem, ...]


def read(text: str, first_line: int = 1, *, lenient: bool = False) -> Exact:
    """The nodes of *text* and its problems; *first_line* is the number of its first line in the file.

    With *lenient*, as site generators read: the last of equal keys counts, and a lone `!` says that a value is a text.
    """
    substitution = Substitution.of(text)
    builder = _NodeBuilder(substitution, first_line, lenient=lenient)
    root: Node | None = None
    if (at := text.find("\0")) >= 0:
        builder.note(
            "E131", text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "the file contains NUL"
        )
    try:
        root = builder.document(_events(substitution.text))
    except yaml.MarkedYAMLError as error:
        code, line, column, message = _syntax_error(error, substitution.text)
        builder.note(code, line, column, message)
    except ParseStopped:
        root = None
    return Exact(root=root, values=builder.values, problems=tuple(builder.problems))


def _events(text: str) -> Iterator[Any]:  # Any: PyYAML's events have no common typed shape
    return iter(yaml.parse(text, Loader=yaml.CSafeLoader))


class _NodeBuilder:
    """Builds nodes from the events of a text and collects problems."""

    def __init__(self, substitution: Substitution, first_line: int, *, lenient: bool) -> None:
        self._is_lenient = lenient
        self.problems: list[LocatedProblem] = []
        self.values = 0
        self._substitution = substitution
        self._before = first_line - 1

    def note(self, code: str, line: int, column: int, message: str) -> None:
        """Adds a problem at a position in the text."""
        self._add(code, (line + self._before, column), message)

    def document(self, events: Iterator[Any]) -> Node | None:
        """The root of the first YAML document; E133 for a second one."""
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._add(
                        "E133", self._place(event), "a second YAML document starts here; a file holds one"
                    )
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
                message = f"key {shortened(key.text)} is already in line {first}"
                if self._is_lenient:
                    self._add("W217", (key.line, key.column), f"{message}; the last one counts")
                    node.keys[key.text], node.values[key.text] = key, value
                else:
                    self._add("E125", (key.line, key.column), message)
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
        text = self._substitution.restored(event.value)
        if "\0" in text and "\0" not in self._substitution.characters.values():
            self._add("E131", (line, column), "the text contains an escaped NUL")
        if _SURROGATES.search(text):
            text = self._whole(text, (line, column))
        return ScalarNode(line=line, column=column, text=text, plain=not event.style and not event.tag)

    def _whole(self, text: str, place: tuple[int, int]) -> str:
        """*text* with surrogate pairs joined and lone surrogates replaced by U+FFFD."""
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\ufffd" in whole and "\ufffd" not in text:
            self._add("W209", place, "a lone surrogate, which is not a character, is replaced by U+FFFD")
        return whole

    def _key(self, node: Node) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            self._add("E134", (node.line, node.column), "a key must be a text, not a list or a mapping")
            return ScalarNode(line=node.line, column=node.column, text="?", plain=False)
        if node.plain and node.text == "<<":
            self._add("E127", (node.line, node.column), "merge keys (<<) are not supported")
        return node

    def _count(self, event: Any) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            message = f"front matter may have at most {MAX_VALUES:,} keys and values"
            self._add("E114", self._place(event), message)
            raise ParseStopped

    def _check_properties(self, event: Any) -> None:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self._add("E126", place, f"aliases are not supported: *{shortened(str(event.anchor))}")
            return
        if event.anchor:
            self._add("E126", place, f"anchors are not supported: &{shortened(str(event.anchor))}")
        if event.tag and not (self._is_lenient and event.tag == "!"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            self._add("E128", place, f"tags are not supported: {shortened(tag)}")

    def _check_depth(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._add(
                "E129",
                self._place(event),
                f"lists and mappings may be nested at most {MAX_DEPTH} levels deep",
            )
            raise ParseStopped

    def _place(self, event: Any) -> tuple[int, int]:
        return event.start_mark.line + 1 + self._before, event.start_mark.column + 1

    def _add(self, code: str, place: tuple[int, int], message: str) -> None:
        self.problems.append(LocatedProblem(code=code, line=place[0], column=place[1], message=message))
        if code[0] == "E" and len(self.problems) > MAX_PROBLEMS:
            raise ParseStopped


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int, int, str]:
    """Code, line, column and message of a syntax error."""
    problem, context = error.problem or "syntax error", error.context or ""
    # An unclosed text is reported where it starts.
    starts_it = any(word in context for word in ("quoted scalar", "anchor", "alias", "tag"))
    mark = (error.context_mark if starts_it else None) or error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    before = text.split("\n")[line][: column + 1] if line <= text.count("\n") else ""
    if before.endswith("\t") and not before.strip():
        return "E132", line + 1, column + 1, "YAML must be indented with spaces, not with tabs"
    code = next((code for code, sign in _SYNTAX_CODES.items() if sign in f"{problem} {context}"), "E123")
    return code, line + 1, column + 1, f"invalid YAML: {problem} {context}".rstrip()


# -- types of plain scalars ---------------------------------------------------------------------------------

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


def value_of(node: Node | None) -> object:
    """*node* as dicts, lists and typed scalars."""
    if isinstance(node, MappingNode):
        return {key: value_of(item) for key, item in node.values.items()}
    if isinstance(node, ListNode):
        return [value_of(item) for item in node.items]
    return None if node is None else scalar(node)


def scalar(node: ScalarNode) -> object:
    """The value of a scalar: a text when quoted, otherwise typed by its source text, as the fast reader does."""
    if not node.plain:
        return node.text
    if node.text in _CONSTANTS:
        return _CONSTANTS[node.text]
    return _number(node.text)


def _number(text: str) -> int | float | str:
    """*text* as a number, else *text*. Underscores between digits are ignored."""
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    sign, unsigned = (text[:1], text[1:]) if text[:1] in {"-", "+"} else ("", text)
    base, pattern = _BASES.get(unsigned[:2].lower(), (10, _DECIMAL))
    digits = (unsigned if pattern is _DECIMAL else unsigned[2:]).replace("_", "")
    if len(digits) > _MAX_DIGITS:  # Python refuses to parse them
        return text
    if pattern.fullmatch(digits):
        return int(sign + digits, base)
    is_float = (
        pattern is _DECIMAL and _FLOAT.fullmatch(digits) and not _SIGN_AFTER_UNDERSCORE.search(unsigned)
    )
    return float(sign + digits) if is_float else text


# -- characters that libyaml refuses ------------------------------------------------------------------------

_STRANGE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPED_HALF = re.compile(r"(\\u[dD][89a-fA-F][0-9a-fA-F]{2})")
_ESCAPED_PRIVATE = re.compile(r"(\\u[eEfF][0-9a-fA-F]{3})")
_PRIVATE_CODE = re.compile(r"\\(?:u|U0000)([eEfF][0-9a-fA-F]{3})")
_PRIVATE = range(0xE000, 0xF8FF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """A text whose characters that libyaml refuses or misreads are replaced, and the way back for its values.

    Each such character is replaced by a private-use character that the text does not contain, and each escaped
    surrogate (`\\ud800`) by the escape of one, so that all positions stay the same. When the text uses
    all private-use characters, it stays as it is, and libyaml refuses it.
    """

    text: str
    characters: Mapping[int, str]
    escapes: Mapping[str, str]  # of escapes that are plain text, as in single quotes

    @classmethod
    def of(cls, text: str) -> Substitution:
        """*text* with its substitutions."""
        free = _free(text)
        strange = dict(zip(sorted(set(_STRANGE.findall(text))), free, strict=False))
        pieces = _ESCAPED_HALF.split(text)
        halves = dict(zip(sorted(set(pieces[1::2])), free, strict=False))
        escapes = {half: f"\\u{ord(private):04x}" for half, private in halves.items()}
        meant = {private: character for character, private in strange.items()}
        meant |= {private: chr(int(half.removeprefix("\\u"), 16)) for half, private in halves.items()}
        return cls(
            text=_joined(pieces, escapes).translate(str.maketrans(strange)),
            characters={ord(private): character for private, character in meant.items()},
            escapes={escape: half for half, escape in escapes.items()},
        )

    def restored(self, value: str) -> str:
        """A value of the substituted text as it is in the original."""
        if self.escapes and "\\u" in value:
            value = _joined(_ESCAPED_PRIVATE.split(value), self.escapes)
        return value.translate(self.characters) if self.characters else value  # most texts have none


def _free(text: str) -> Iterator[str]:
    """The private-use characters that *text* does not contain, neither themselves nor escaped."""
    escaped = {chr(int(code, 16)) for code in set(_PRIVATE_CODE.findall(text))}
    return (private for private in map(chr, _PRIVATE) if private not in escaped and private not in text)


def _joined(pieces: list[str], meant: Mapping[str, str]) -> str:
    """*pieces* joined, every second one replaced by its value in *meant*, if it has one."""
    found = pieces[1::2]
    pieces[1::2] = map(meant.get, found, found)
    return "".join(pieces)
