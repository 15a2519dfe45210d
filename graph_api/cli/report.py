"""Problems of documents as text with source excerpts, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
from rich.cells import cell_len
from rich.text import Text

from graph_api.cli.terminal import counted, printable
from graph_api.documents import Reading, read_file
from graph_api.records import Problem, Severity

EXCERPT_WIDTH = 100
_BEFORE_COLUMN = 60
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of a check: the number of files, and each problem with its file, by path and line."""

    files: int
    problems: Sequence[tuple[Path, Problem]]

    def count(self, severity: Severity) -> int:
        return sum(problem.severity is severity for _, problem in self.problems)


def lines(checked: Checked) -> Iterator[Text]:
    """`path:line:column CODE message`, the source line with a caret, the hint; at the end a summary."""
    for path, problem in checked.problems:
        yield _headline(path, problem)
        if problem.line is not None:
            yield from (
                Text(f"  {line}", "dim") for line in excerpt(_text(path), problem.line, problem.column)
            )
        if problem.hint:
            yield Text(f"  {printable(problem.hint)}")
    yield Text(summary(checked))


def summary(checked: Checked) -> str:
    """`2 errors, 14 warnings in 3,500 files`."""
    counts = [counted(number, severity.value) for severity in Severity if (number := checked.count(severity))]
    return f"{', '.join(counts) or 'no problems'} in {counted(checked.files, 'file')}"


def as_json(checked: Checked) -> bytes:
    """One object: `files`, `errors`, `warnings`, and `problems` with all fields of the text form."""
    return orjson.dumps(
        {
            "files": checked.files,
            "errors": checked.count(Severity.ERROR),
            "warnings": checked.count(Severity.WARNING),
            "problems": [_as_dict(path, problem) for path, problem in checked.problems],
        },
        option=orjson.OPT_INDENT_2,
    )


def excerpt(text: str, line: int, column: int | None) -> list[str]:
    """Line *line* of *text* with its number, and a caret below *column*; empty when there is no such line.

    Both count from 1, in characters. At most `EXCERPT_WIDTH` characters around the column.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return []
    source = printable(lines[line - 1].removesuffix("\r"))
    start = max(0, (column or 1) - 1 - _BEFORE_COLUMN)
    ellipsis = "…" if start else ""
    gutter = f"{line} | "
    shown = [f"{gutter}{ellipsis}{source[start : start + EXCERPT_WIDTH]}".rstrip()]
    if column is not None and column <= len(source) + 1:
        indent = cell_len(ellipsis + source[start : column - 1])
        shown.append(" " * (len(gutter) - 2) + "| " + " " * indent + "^")
    return shown


def _headline(path: Path, problem: Problem) -> Text:
    place = [str(part) for part in (path, problem.line, problem.column) if part is not None]
    return Text.assemble(
        (printable(":".join(place)), "bold"),
        " ",
        (problem.code, _STYLES[problem.severity]),
        f" {printable(problem.message)}",
    )


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    """The file's text, empty when it cannot be read: an E14x problem reports that already."""
    found = read_file(path.parent, path.name)
    return "" if isinstance(found, Reading) else found.data.decode("utf-8-sig", errors="replace")


def _as_dict(path: Path, problem: Problem) -> dict[str, str | int | None]:
    return {
        "path": str(path).encode(errors="backslashreplace").decode(),  # file names need not be UTF-8
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }
