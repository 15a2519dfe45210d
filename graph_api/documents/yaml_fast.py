"""The fast YAML reader: yaml-rs, for texts that it surely reads as `yaml_exact` does.

A cheap scan of the text finds what the two treat differently (anchors, tags, merge keys, tabs, escaped NUL,
empty block texts); in doubt the exact reader is used.

Embedded copies of related articles are nearly all of a document, and the same copy is in many files (36 on
average in the development corpus). So `related` is cut into its items, and each item is parsed by itself and
cached by its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml_rs

from graph_api.documents.limits import MAX_VALUES
from graph_api.documents.values import is_list, is_mapping

# What starts anchors, aliases, tags and collections in brackets; all come after a break.
_SIGNS = "&*![{"
_BREAKS = frozenset(" \n\r[{,:")
_FLOW_ITEM = r"""(?:"[^"\\]*+"[ ]*+|'[^']*+'[ ]*+|[^\W_][\w .+/-]*+)"""
_SETTLED_LINE = re.compile(
    rf"""[ ]*+(?:-[ ]++)*+(?:[\w-]++:[ ]++)?                        # dashes and a key, then one value:
        (?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^']*+(?:''[^']*+)*+'     # quoted
          |[^\W_][^:#]*+(?:(?::(?![ ]|$)|(?<![ ])\#)[^:#]*+)*+      # or plain
          |\[[ ]*+(?:{_FLOW_ITEM}(?:,[ ]*+{_FLOW_ITEM})*+)?\]      # or a simple list on the line
          |{{[ ]*+(?:[\w-]++:[ ]++{_FLOW_ITEM}(?:,[ ]*+[\w-]++:[ ]++{_FLOW_ITEM})*+)?}})""",
    re.VERBOSE,
)
_BLOCK_OR_COMMENT = re.compile(r"[ ]*#|.*[|>][-+0-9]{0,2}[ ]*(?:#|$)")
_ESCAPED_NUL = re.compile(r"\\(?:0|x00|u0000|U00000000)")
# yaml-rs takes minutes for a number of millions of digits.
_LONG_TEXT = 500_000
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9_]{4000}")  # matched at the start of a number, not at each digit
# yaml-rs bounds the nesting of brackets only: a line of a million dashes ends the process. Without these a block
# lies in some hundred others at most.
_DEEP = re.compile(r"\n[ ]{200}|(?:[-?:][ ]++){30}")
_ALWAYS_SUSPECT = ("\t", "\r", "\0", "<<", "\n---", "\n...", "\n%")
_TOP_LEVEL = re.compile(r"\n([^\s#-])")
_CACHED_ITEMS = 8192
_CACHED_CHARACTERS = 8192


def read(text: str) -> tuple[object] | None:
    """The value of *text* in a tuple; None when the exact reader is needed.

    Values may be shared between documents: do not change them.
    """
    if _may_be_large(text):
        return None
    return _read_in_pieces(text) or _read_whole(text)


def _may_be_large(text: str) -> bool:
    """Whether *text* may exceed the limit of keys and values.

    An item starts with `-`, `[` or a comma, a key and its value with `:`, `?`, `{` or a comma.
    """
    if len(text) < MAX_VALUES:  # no value takes less than a character
        return False
    data = text.encode()
    return 2 * (len(data) - len(data.translate(None, b"-[,:?{&*!"))) >= MAX_VALUES


def _read_whole(text: str) -> tuple[object] | None:
    if is_suspect(text):
        return None
    try:
        return (yaml_rs.loads(text, parse_datetime=False),)
    except (ValueError, TypeError):  # TypeError: a list as a key
        return None


def _read_in_pieces(text: str) -> tuple[object] | None:
    """The value of *text*, its related items parsed one by one; None where they cannot be cut out safely.

    Each piece, and the text without the pieces, is valid YAML by itself; so no cut is inside a value.
    """
    cut = Cut.of(text, "related")
    if cut is None:
        return None
    whole = _read_whole(cut.rest)
    mapping = whole[0] if whole else None
    if not is_mapping(mapping) or "related" in mapping:
        return None
    items = [_item(piece) for piece in cut.pieces()]
    if not all(items):
        return None
    mapping["related"] = [item[0] for item in items if item is not None]
    return (mapping,)


def _item(piece: str) -> tuple[object] | None:
    """The item in *piece*, a list of one item."""
    return _cached_item(piece) if len(piece) <= _CACHED_CHARACTERS else _read_item(piece)


def _read_item(piece: str) -> tuple[object] | None:
    found = _read_whole(piece)
    items = found[0] if found else None
    return (items[0],) if is_list(items) and len(items) == 1 else None


_cached_item = lru_cache(_CACHED_ITEMS)(_read_item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A block list under a top-level key, cut out of a text."""

    text: str
    before: int
    start: int
    end: int
    dash: str

    @classmethod
    def of(cls, text: str, key: str) -> Cut | None:
        """The list under *key*; None when its items are not on lines of their own."""
        opening = re.search(rf"(?:\A|\n){key}:[ ]*\n([ ]*- )", text)
        if opening is None:
            return None
        ending = _TOP_LEVEL.search(text, opening.end())
        if ending and not (ending[1].isalnum() or ending[1] == "_"):
            return None  # a quoted text that started before the list may end here
        return cls(
            text=text,
            before=opening.start() + (text[opening.start()] == "\n"),
            start=opening.start(1),
            end=ending.start() + 1 if ending else len(text),
            dash=f"\n{opening[1]}",
        )

    @property
    def rest(self) -> str:
        """The text without the key and its list."""
        return self.text[: self.before] + self.text[self.end :]

    @property
    def line(self) -> int:
        """The number of lines before the list."""
        return self.text.count("\n", 0, self.start)

    def pieces(self) -> list[str]:
        """The text cut at each dash that is indented as the first one.

        Every item starts with such a dash, so when there are as many pieces as items, the pieces are the items.
        """
        *ended, last = self.text[self.start : self.end].split(self.dash)
        first, *others = (*(f"{piece}\n" for piece in ended), last)
        return [first, *map(self.dash[1:].__add__, others)]


def is_suspect(text: str) -> bool:
    """Whether the two readers may read *text* differently. May be True without reason."""
    if any(sign in text for sign in _ALWAYS_SUSPECT) or text.startswith(("%", "...")):
        return True
    if "\\" in text and _ESCAPED_NUL.search(text):
        return True
    if _DEEP.search(text):
        return True
    if len(text) > _LONG_TEXT and _LONG_NUMBER.search(text):
        return True
    if _BLOCK_OR_COMMENT.match(text.rstrip().rpartition("\n")[2]):  # an empty block text at the end
        return True
    return not all(map(_is_settled, _lines_with(text, _SIGNS)))


def _is_settled(line: str) -> bool:
    """Whether *line* is one whole value, in which the signs have no meaning.

    Inside brackets of an earlier line it may be part of another value; that line itself is not settled then.
    """
    return _SETTLED_LINE.fullmatch(line.rstrip()) is not None


def _lines_with(text: str, signs: str) -> Iterator[str]:
    """The lines with one of *signs* after a break. Searched sign by sign: most texts have none."""
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            end = at + 1
            if at == 0 or text[at - 1] in _BREAKS:
                end = text.find("\n", at)
                end = len(text) if end < 0 else end
                yield text[text.rfind("\n", 0, at) + 1 : end]
            at = text.find(sign, end)
