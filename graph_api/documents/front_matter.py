"""A file's text -> its raw mapping and body. Fast where that is safe, exact where it must be.

The decision worth knowing: yaml-rs reads, unless the text contains anything it would treat differently
from `yaml_exact` (anchors, tags, merge keys, tabs, escaped NUL, deep nesting); a cheap look at the text
finds that, and errs only towards the exact path. What yaml-rs refuses is read exactly too, so every
fault has its line and column from one source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import frontmatter
import yaml_rs
from frontmatter.default_handlers import YAMLHandler

from graph_api.documents import scalars, yaml_exact
from graph_api.documents.source import Source
from graph_api.documents.texts import shown
from graph_api.documents.yaml_exact import Fault

# Anchors, aliases and tags come after a break, and so does what opens a flow collection.
_PROPERTIES = "&*!"
_BRACKETS = "[{"
_BREAKS = frozenset(" \n\r[{,:")
_SETTLED_LINE = re.compile(
    r"""[ ]*(?:-[ ]+)*(?:[\w-]+:[ ]+)?                       # dashes and a key, then one value:
        (?:"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*(?:''[^']*)*'   # quoted
          |[^\W_][^:#]*(?:(?::(?![ ]|$)|(?<![ ])\#)[^:#]*)*)   # or plain""",
    re.VERBOSE,
)
_ESCAPED_NUL = re.compile(r"\\(?:0|x00|u0000|U00000000)")
# yaml-rs takes minutes for a number of millions of digits.
_LONG_TEXT = 500_000
_LONG_NUMBER = re.compile(r"[0-9_]{4000}")
_MAX_QUOTED_DASHES = 8
_ALWAYS_SUSPECT = ("\t", "\0", "<<", "\n---", "\n...", "\n%")


def load(text: str, first_line: int = 1) -> tuple[object, tuple[Fault, ...]]:
    """What the YAML *text* says, and its faults; None when it cannot be read."""
    if not is_suspect(text):
        try:
            return yaml_rs.loads(text, parse_datetime=False), ()
        except ValueError:  # the exact path says what is wrong, and where
            pass
    exact = yaml_exact.read(text, first_line)
    return scalars.value_of(exact.root), exact.faults


def is_suspect(text: str) -> bool:
    """Whether the fast path might read *text* differently from the exact one. May be True for nothing."""
    if any(sign in text for sign in _ALWAYS_SUSPECT) or text.startswith("%"):
        return True
    if "\\" in text and _ESCAPED_NUL.search(text):
        return True
    if len(text) > _LONG_TEXT and _LONG_NUMBER.search(text):
        return True
    marked = list(_lines_with(text, _PROPERTIES))
    return bool(marked) and not all(map(_is_settled, chain(marked, _lines_with(text, _BRACKETS))))


def _is_settled(line: str) -> bool:
    """Whether *line* is one quoted or plain value, where signs mean nothing.

    It could be the middle of something else only within brackets, hence the look at those too.
    """
    return _SETTLED_LINE.fullmatch(line.rstrip()) is not None


def _lines_with(text: str, signs: str) -> Iterator[str]:
    """The lines in which one of *signs* follows a break. Sign by sign: most texts have none."""
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            end = at + 1
            if at == 0 or text[at - 1] in _BREAKS:
                end = text.find("\n", at)
                end = len(text) if end < 0 else end
                yield text[text.rfind("\n", 0, at) + 1 : end]
            at = text.find(sign, end)


class Unreadable(Exception):
    """A text without readable front matter; `fault` says why and where."""

    def __init__(self, code: str, line: int, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.fault = Fault(code=code, line=line, column=column, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file's raw mapping, None when its YAML is broken; its body; and the way back to the text."""

    mapping: dict[Any, object] | None
    body: str
    faults: tuple[Fault, ...]
    source: Source


def split(text: str) -> FrontMatter:
    """The front matter and body of *text*; `Unreadable` when there is none.

    Where a line of dashes turns out to stand inside a quoted text, the next one closes.
    """
    first = front = _split_at(text, 0)
    for skipped in range(1, _MAX_QUOTED_DASHES + 1):
        if not _ends_in_quotes(front):
            return front
        try:
            front = _split_at(text, skipped)
        except Unreadable:
            break
    return first if front.faults else front


def _split_at(text: str, skipped: int) -> FrontMatter:
    leading = len(text) - len(text.lstrip())
    handler = FastHandler(text.count("\n", 0, leading) + 1, skipped)
    _, body = frontmatter.parse(text, handler=handler)
    return _front(handler.text, handler.first_line + 1, (handler.loaded, handler.faults), body)


def _ends_in_quotes(front: FrontMatter) -> bool:
    return any(fault.code == "E123" and "quoted scalar" in fault.message for fault in front.faults)


def whole(text: str) -> FrontMatter:
    """The front matter that a YAML file is."""
    return _front(text, 1, load(text), "")


def _front(text: str, line: int, read: tuple[object, tuple[Fault, ...]], body: str) -> FrontMatter:
    loaded, faults = read
    mapping = loaded if scalars.is_mapping(loaded) else None
    if mapping is None and not faults:
        raise Unreadable("E124", line, f"this must be a mapping of keys to values, not {shown(loaded)}")
    return FrontMatter(mapping=mapping, body=body, faults=faults, source=Source(text, line))


class FastHandler(YAMLHandler):
    """python-frontmatter's YAML handler with our split and our loader; made for one text.

    Afterwards `text` is the front matter, `loaded` what it says and `faults` what is wrong with it.
    """

    def __init__(self, first_line: int, skipped: int) -> None:
        super().__init__()
        self.first_line = first_line
        self.text = ""
        self.loaded: object = None
        self.faults: tuple[Fault, ...] = ()
        self._skipped = skipped

    def split(self, text: str) -> tuple[str, str]:
        """Front matter and body: between two lines of three dashes, and after them.

        Skipped lines of dashes are indented, as YAML wants it inside a quoted text; this changes no value.
        """
        start = _after_opening(text)
        if start < 0:
            raise Unreadable("E121", self.first_line, "the file does not start with a line of three dashes")
        closing = next(islice(_closings(text, start), self._skipped, None), None)
        if closing is None:
            raise Unreadable("E122", self.first_line, "no line of three dashes closes the front matter")
        inner, body = text[start : closing[0]], text[closing[1] :]
        return (inner.replace("\n---", "\n ---") if self._skipped else inner), body

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """What the front matter says."""
        self.text = fm
        self.loaded, self.faults = load(fm, self.first_line + 1)
        return self.loaded


def _after_opening(text: str) -> int:
    """Where the line after the opening dashes starts; -1 when there are none."""
    end = text.find("\n")
    return end + 1 if end >= 0 and text[:end].rstrip() == "---" else -1


def _closings(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Each line of dashes: where it starts, and where the text after it does."""
    at = text.find("\n---", start - 1)
    while at >= 0:
        end = text.find("\n", at + 1)
        end = len(text) if end < 0 else end
        if not text[at + 4 : end].strip():
            yield at + 1, end + 1
        at = text.find("\n---", at + 1)
