"""Adds articles to the list of related ones in a file's front matter, in the form that the file or its folder uses.

All other lines stay as they are. Forms that are not recognized are left alone: the caller checks what the new file says.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from graph_api.cli.patch import line_of

Lines = list[bytes]

COPIED = (
    "title",
    "excerpt",
    "publishedDateTime",
    "webUrl",
    "originalUrl",
    "ampWebUrl",
    "cdnAmpWebUrl",
    "type",
    "provider",
    "quality",
    "images",
)
"""The keys of a copy, in the order of documents."""

_KEY = "related"
_OF_PROVIDER = ("name", "domain")
_FENCES = (b"---", b"+++")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ITEM = re.compile(rb"([ \t]*)-[ \t]+")
_QUALITY = re.compile(rb"[ \t]+quality:[ \t]*(-?[0-9]+)[ \t]*\r?$")
_NESTED = re.compile(rb"[ \t]*(?:-[ \t]+)?([\w-]+)[ \t]*:")
_FLOW = re.compile(
    rb"(?P<start>[^\[]*\[)(?P<items>.*?)(?P<end>[ \t]*\][ \t]*(?:#[^\r\n]*)?\r?\n?)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article as lists of other documents have it: the file that it is made from, and its quality."""

    data: bytes
    quality: int | None


# -- copies of articles -----------------------------------------------------------------------------------


def copied_keys(files: Iterable[bytes]) -> tuple[str, ...]:
    """The keys that the copies in the lists of these *files* have, in the order of the copy with most keys."""
    seen, richest = set[str](), list[str]()
    for data in files:
        lines = _lines(data)
        for start, end in _items(lines, *_block(lines, _KEY)):
            keys = [key for key in _keys_of_item(lines[start:end]) if key in COPIED]
            seen.update(keys)
            richest = max(richest, keys, key=len)
    rest = [key for key in COPIED if key in seen and key not in richest]
    return (*richest, *rest) or tuple(key for key in COPIED if key != "originalUrl")


def with_copies(data: bytes, copies: Iterable[Copy], keys: Sequence[str]) -> bytes | None:
    """*data* with *copies* in its list: before the first entry of lower quality where the list is ordered by it, else last.

    None when the list has another form than one entry of several lines after the other.
    """
    for copy in copies:
        added = _with_copy(data, copy, keys)
        if added is None:
            return None
        data = added
    return data


def _with_copy(data: bytes, copy: Copy, keys: Sequence[str]) -> bytes | None:
    lines = _lines(data)
    newline = _newline(lines)
    start, end = _block(lines, _KEY)
    items = list(_items(lines, start, end))
    if start < 0:
        place, before, after = _place_of_key(lines, newline)
        new = [*before, f"{_KEY}:".encode() + newline, *_item(copy.data, keys, b"  ", newline), *after]
        return None if place < 0 else b"".join([*lines[:place], *new, *lines[place:]])
    if not items:
        if re.fullmatch(rb"related:[ \t]*(?:\[[ \t]*\])?[ \t]*", lines[start].rstrip(b"\r\n")) is None:
            return None
        new = [f"{_KEY}:".encode() + newline, *_item(copy.data, keys, b"  ", newline)]
        return b"".join([*lines[:start], *new, *lines[start + 1 :]])
    found = _ITEM.match(lines[items[0][0]])
    indent = found[1] if found else b"  "
    place = _place_by_quality(lines, items, copy.quality)
    return b"".join([*lines[:place], *_item(copy.data, keys, indent, newline), *lines[place:]])


def _place_by_quality(lines: Lines, items: Sequence[tuple[int, int]], quality: int | None) -> int:
    found = [_quality(lines[start:end]) for start, end in items]
    known = [one for one in found if one is not None]
    if quality is not None and len(known) == len(found) and known == sorted(known, reverse=True):
        for (start, _), one in zip(items, known, strict=True):
            if one < quality:
                return start
    return items[-1][1]


def _quality(item: Lines) -> int | None:
    found = next(filter(None, (_QUALITY.match(line.rstrip(b"\n")) for line in item)), None)
    return int(found[1]) if found else None


def _place_of_key(lines: Lines, newline: bytes) -> tuple[int, Lines, Lines]:
    """Where the key goes that a file lacks, and the blank lines around it: before `secured`, else at the end."""
    place = line_of(lines, "secured")
    if place is not None:
        return place, [], [newline] if place and not lines[place - 1].strip() else []
    place = _closing(lines)
    is_spaced = any(not line.strip() for line in lines[:place])
    return place, [newline] if is_spaced and lines[place - 1].strip() else [], []


def _item(data: bytes, keys: Sequence[str], indent: bytes, newline: bytes) -> Iterator[bytes]:
    """The lines of the copy of the article in the file *data*."""
    lines = _lines(data)
    wanted = list(keys)
    if line_of(lines, "webUrl") is None and "originalUrl" not in wanted:
        wanted.insert(wanted.index("webUrl") if "webUrl" in wanted else 1, "originalUrl")
    elif line_of(lines, "webUrl") is not None and "originalUrl" in wanted and "webUrl" in wanted:
        wanted.remove("originalUrl")
    before = indent + b"- "
    for key in wanted:
        for line in _of_key(lines, key):
            yield before + line.rstrip(b"\r\n") + newline
            before = indent + b"  "


def _of_key(lines: Lines, key: str) -> Lines:
    """The lines of a top-level key, as a copy has them: of a provider its name and domain, images without titles."""
    start, end = _block(lines, key)
    block = [line for line in lines[max(start, 0) : end] if line.strip()] if start >= 0 else []
    if key == "provider" and len(block) > 1:
        return [block[0], *_children(block[1:], lambda name: name in _OF_PROVIDER)]
    if key == "images" and len(block) > 1:
        return [block[0], *_children(block[1:], lambda name: name != "title")]
    return block


def _children(lines: Lines, is_kept: Callable[[str], bool]) -> Iterator[bytes]:
    """The lines of the nested keys that are kept, with all that is below them."""
    first = _NESTED.match(lines[0])
    column = first.start(1) if first else 0
    kept = True
    for line in lines:
        found = _NESTED.match(line)
        if found is not None and found.start(1) <= column:
            kept = is_kept(found[1].decode()) or b"-" in line[: found.start(1)]
        if kept:
            yield line


# -- entries that name a document --------------------------------------------------------------------------


def with_entries(data: bytes, entries: Sequence[str], key: str) -> bytes | None:
    """*data* with *entries* in the list under *key*, quoted as the entries that it has.

    None for front matter that is neither YAML nor TOML, and for lists that are neither on one line nor on one a line.
    """
    lines = _lines(data)
    newline = _newline(lines)
    if not lines or lines[0].removeprefix(_BYTE_ORDER_MARK).rstrip() not in _FENCES:
        if data[:1] in {b"{", b"\xef"} or re.match(rb"[A-Za-z][\w-]*:[ \t]", data):
            return None
        front = f"---{newline.decode()}{key}: [{', '.join(map(_quoted, entries))}]{newline.decode()}---{newline.decode()}"
        return front.encode() + data
    if lines[0].rstrip().endswith(b"+++"):
        return _with_toml(lines, entries, key, newline)
    start, end = _block(lines, key)
    if start < 0:
        place = _closing(lines)
        new = f"{key}: [{', '.join(map(_quoted, entries))}]".encode() + newline
        return None if place < 0 else b"".join([*lines[:place], new, *lines[place:]])
    return _with_yaml(lines, (start, end), entries, newline)


def _with_yaml(lines: Lines, block: tuple[int, int], entries: Sequence[str], newline: bytes) -> bytes | None:
    start, end = block
    items = list(_items(lines, start, end))
    if items:
        found = _ITEM.match(lines[items[0][0]])
        assert found is not None, "items begin with a dash"
        quote = _quote(lines[items[0][0]][found.end() :])
        new = [found[0] + _written(entry, quote).encode() + newline for entry in entries]
        return b"".join([*lines[: items[-1][1]], *new, *lines[items[-1][1] :]])
    head, value = lines[start].split(b":", 1)
    flow = _FLOW.fullmatch(value)
    if flow is not None and end == start + 1:
        quote = _quote(flow["items"].strip())
        old = [flow["items"].rstrip().rstrip(b",")] if flow["items"].strip() else []
        both = b", ".join([*old, *(_written(entry, quote).encode() for entry in entries)])
        return b"".join([*lines[:start], head, b":", flow["start"], both, flow["end"], *lines[end:]])
    text = value.strip()
    if end != start + 1 or text[:1] in {b"{", b"|", b">", b"[", b"&", b"*", b"!", b"#"}:
        return None
    both = b", ".join([*([text] if text else []), *(_quoted(entry).encode() for entry in entries)])
    return b"".join([*lines[:start], head, b": [", both, b"]", newline, *lines[end:]])


def _with_toml(lines: Lines, entries: Sequence[str], key: str, newline: bytes) -> bytes | None:
    added = ", ".join(json.dumps(entry, ensure_ascii=False) for entry in entries).encode()
    pattern = re.compile(rb"[ \t]*" + re.escape(key).encode() + rb"[ \t]*=")
    for number, line in enumerate(lines[1 : _closing(lines)], 1):
        if pattern.match(line):
            flow = _FLOW.fullmatch(line)
            if flow is None:
                return None
            old = [flow["items"].rstrip().rstrip(b",")] if flow["items"].strip() else []
            both = b", ".join([*old, added])
            return b"".join([*lines[:number], flow["start"], both, flow["end"], *lines[number + 1 :]])
    return b"".join([lines[0], key.encode(), b" = [", added, b"]", newline, *lines[1:]])


_PLAIN = re.compile(r"[^\W\d](?:[\w./ -]*[\w/])?")  # YAML reads it as a text, in lists on one line too
_WORDS_OF_YAML = {"true", "false", "yes", "no", "y", "n", "on", "off", "null"}


def _quoted(entry: str) -> str:
    return _written(entry, "")


def _written(entry: str, quote: str) -> str:
    """The entry in YAML, in these quotes where that needs no escapes."""
    if not quote and _PLAIN.fullmatch(entry) and entry.lower() not in _WORDS_OF_YAML:
        return entry
    if quote == "'" and entry.isprintable():
        return "'" + entry.replace("'", "''") + "'"
    return json.dumps(entry, ensure_ascii=False)


def _quote(text: bytes) -> str:
    return text[:1].decode(errors="replace") if text[:1] in {b"'", b'"'} else ""


# -- lines of a front matter -------------------------------------------------------------------------------


def _lines(data: bytes) -> Lines:
    return io.BytesIO(data).readlines()


def _newline(lines: Lines) -> bytes:
    return b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"


def _closing(lines: Lines) -> int:
    """The line that closes the front matter; -1 when none does."""
    opening = lines[0].removeprefix(_BYTE_ORDER_MARK).rstrip() if lines else b""
    closings = {opening, b"..."} if opening == b"---" else {opening}
    return next((number for number, line in enumerate(lines) if number and line.rstrip() in closings), -1)


def _block(lines: Lines, key: str) -> tuple[int, int]:
    """The first line of a top-level key and the one after all that belongs to it; (-1, -1) when the key is not there."""
    start = line_of(lines, key)
    if start is None:
        return -1, -1
    end = start + 1
    closing = _closing(lines)
    while end < closing and (not lines[end].strip() or lines[end][:1] in b" \t" or lines[end][:2] == b"- "):
        end += 1
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return start, end


def _items(lines: Lines, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The first line of each item of the list on the lines after *start*, and the one after its last."""
    first = _ITEM.match(lines[start + 1]) if 0 <= start < end - 1 else None
    if first is None:
        return
    begins = [
        number
        for number in range(start + 1, end)
        if (found := _ITEM.match(lines[number])) is not None and len(found[1]) == len(first[1])
    ]
    yield from zip(begins, chain(begins[1:], [end]), strict=True)


def _keys_of_item(item: Lines) -> Iterator[str]:
    """The keys of an item that is a mapping."""
    first = _NESTED.match(item[0])
    for line in item:
        found = _NESTED.match(line)
        if first is not None and found is not None and found.start(1) == first.start(1):
            yield found[1].decode()
