"""The offending line of a file with a caret under the column, safe to print and no wider than a screen."""

from __future__ import annotations

from rich.cells import cell_len

WIDTH = 100
_BEFORE_COLUMN = 60


def excerpt(text: str, line: int, column: int | None) -> list[str]:
    """Line *line* of *text* with its number, and the caret when *column* lies in it; empty past the end.

    Both count from 1, in characters. What a terminal would act on (escapes, direction marks) is shown as
    a replacement character, a tab as one space, so that characters and columns stay aligned.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return []
    source = printable(lines[line - 1].removesuffix("\r"))
    start = max(0, (column or 1) - 1 - _BEFORE_COLUMN)
    ellipsis = "…" if start else ""
    gutter = f"{line} | "
    shown = [f"{gutter}{ellipsis}{source[start : start + WIDTH]}".rstrip()]
    if column is not None and column <= len(source) + 1:
        indent = cell_len(ellipsis + source[start : column - 1])
        shown.append(" " * (len(gutter) - 2) + "| " + " " * indent + "^")
    return shown


def printable(text: str) -> str:
    """*text* with a space for each tab and a replacement character for all else that is not printable."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)
