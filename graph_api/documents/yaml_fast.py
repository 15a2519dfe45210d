"""YAML read fast: by yaml-rs, wherever it surely says what `yaml_exact` says.

A cheap look at the text finds anything the two would treat differently (anchors, tags, merge keys, tabs,
escaped NUL, empty block texts), and errs only towards the exact path.

The decision worth knowing: embedded copies of related articles make up nearly all of a document, and the
same copy stands in many files (36 on average in the development corpus). So a list is cut into its items,
each is read by itself, and what was read is remembered by its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml_rs

from graph_api.documents.limits import MAX_VALUES
from graph_api.documents.scalars import is_list, is_mapping

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
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9_]{4000}")  # looked for where a number starts, not at each digit
# yaml-rs bounds the nesting of brackets only: a line of a million dashes ends the process. Without these a block
# lies in some hundred others at most.
_DEEP = re.compile(r"\n[ ]{200}|(?:[-?:][ ]++){30}")
_ALWAYS_SUSPECT = ("\t", "\r", "\0", "<<", "\n---", "\n...", "\n%")
_TOP_LEVEL = re.compile(r"\n([^\s#-])")
_REMEMBERED_ITEMS = 8192
_REMEMBERED_CHARACTERS = 8192


def read(text: str) -> tuple[object] | None:
    """What *text* says, in a tuple; None where only the exact path can tell.

    Values may be shared between documents: they are not to be changed.
    """
    if _may_be_large(text):
        return None
    return _read_in_pieces(text) or _read_whole(text)


def _may_be_large(text: str) -> bool:
    """Whether *text* might hold more than is allowed, or very many signs to look at.

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
    """What *text* says, its related items read one by one; None where they cannot be cut out safely.

    Each piece, and the text without them, is YAML of its own; so together they are what was cut, and no
    cut went through a value.
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
    """The one item of the list that *piece* is."""
    return _remembered_item(piece) if len(piece) <= _REMEMBERED_CHARACTERS else _read_item(piece)


def _read_item(piece: str) -> tuple[object] | None:
    found = _read_whole(piece)
    items = found[0] if found else None
    return (items[0],) if is_list(items) and len(items) == 1 else None


_remembered_item = lru_cache(_REMEMBERED_ITEMS)(_read_item)


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
        """The list under *key*; None when it is not laid out one item below the other."""
        opening = re.search(rf"(?:\A|\n){key}:[ ]*\n([ ]*- )", text)
        if opening is None:
            return None
        ending = _TOP_LEVEL.search(text, opening.end())
        if ending and not (ending[1].isalnum() or ending[1] == "_"):
            return None  # a quote may close here what opened before the list
        return cls(
            text=text,
            before=opening.start() + (text[opening.start()] == "\n"),
            start=opening.start(1),
            end=ending.start() + 1 if ending else len(text),
            dash=f"\n{opening[1]}",
        )

    @property
    def rest(self) -> str:
        """The text without key and list."""
        return self.text[: self.before] + self.text[self.end :]

    @property
    def line(self) -> int:
        """How many lines stand before the list."""
        return self.text.count("\n", 0, self.start)

    def pieces(self) -> list[str]:
        """The pieces, each from a dash to the next at the first one's indentation.

        Every true item starts so: as many pieces as items are exactly the items, whatever they contain.
        """
        *ended, last = self.text[self.start : self.end].split(self.dash)
        first, *others = (*(f"{piece}\n" for piece in ended), last)
        return [first, *map(self.dash[1:].__add__, others)]


def is_suspect(text: str) -> bool:
    """Whether the fast path might read *text* differently from the exact one. May be True for nothing."""
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
    """Whether *line* is one whole value, in which signs mean nothing.

    It could be the middle of something else only within brackets that an earlier line opens; that line
    is looked at too, and is not settled.
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
