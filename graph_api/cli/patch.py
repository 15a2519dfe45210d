"""Changes of front matter as a unified diff, which `patch -p1` and `git apply` accept.

Only the lines of the changed keys differ: comments, quotes, order and line ends of a file stay as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import diff_bytes, unified_diff
from pathlib import Path

_CONTEXT = 3  # lines before and after a change
_FENCE = b"---"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NAME_LINES = 2  # of a diff: the old and the new name
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\]')


def changed(data: bytes, values: Mapping[str, str], after: str) -> bytes | None:
    """*data* with these values of top-level keys of its YAML front matter; keys that it lacks follow the key *after*.

    None when that cannot be done line by line: other front matter than YAML, a key that is quoted or has no plain value.
    """
    lines = io.BytesIO(data).readlines()
    for key, value in values.items():
        line = line_of(lines, key)
        if line is not None:
            replaced = _with_value(lines[line], value)
            if replaced is None:
                return None
            lines[line] = replaced
        elif (line := line_of(lines, after)) is not None:
            newline = b"\r\n" if lines[line].endswith(b"\r\n") else b"\n"
            lines.insert(line + 1, f"{key}: {value}".encode() + newline)
        else:
            return None
    return b"".join(lines)


def line_of(lines: Sequence[bytes], key: str) -> int | None:
    """The index of the line of the front matter that starts with the *key*."""
    start, fences = re.compile(re.escape(key).encode() + rb"[ \t]*:"), 0
    for number, line in enumerate(lines):
        fences += line.removeprefix(_BYTE_ORDER_MARK).rstrip() == _FENCE
        if fences == 1 and start.match(line):
            return number
        if fences > 1:
            break
    return None


_PLAIN = re.compile(
    rb"""(?P<key>[^:]+:[ \t]+)[^\s#"'\[{&*!|>][^\s#]*(?P<rest>[ \t]*(?:[ \t]#[^\r\n]*)?\r?\n?)"""
)


def _with_value(line: bytes, value: str) -> bytes | None:
    found = _PLAIN.fullmatch(line)
    return found and found["key"] + value.encode() + found["rest"]


def unified(path: Path, old: bytes, new: bytes) -> bytes | None:
    """The diff of a file; None when its name cannot stand in one, or nothing differs.

    A path below the current folder is named from there, another one from `/`: `patch -p1 -d /`.
    """
    name = _name(path)
    before, after = io.BytesIO(old).readlines(), io.BytesIO(new).readlines()
    if old == new or _UNSAFE.search(name):
        return None
    tail = _equal_tail(before, after)
    hunks = diff_bytes(
        unified_diff,
        before[: len(before) - tail],
        after[: len(after) - tail],
        f"a/{name}".encode(errors="surrogateescape"),
        f"b/{name}".encode(errors="surrogateescape"),
        n=_CONTEXT,
    )
    return b"".join(_ended(hunks, b"\t" if " " in name else b""))


def _ended(hunks: Iterator[bytes], after_name: bytes) -> Iterator[bytes]:
    """The lines of a diff, with the note that `patch` expects where a file ends without a newline."""
    for number, line in enumerate(hunks):
        if number < _NAME_LINES:
            yield line.removesuffix(b"\n") + after_name + b"\n"
        elif line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n\\ No newline at end of file\n"


def _equal_tail(before: list[bytes], after: list[bytes]) -> int:
    """The number of lines at the end that need not be compared: equal ones beyond the context.

    0 where lines were added: their end may equal the lines before them, and the hunk would lack context.
    """
    equal = 0
    while equal < len(before) == len(after) and before[-1 - equal] == after[-1 - equal]:
        equal += 1
    return max(0, equal - _CONTEXT)


def _name(path: Path) -> str:
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here if whole.is_relative_to(here) else whole.anchor))
