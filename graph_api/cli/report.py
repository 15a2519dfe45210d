"""Problems of documents as a person or a program reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
from rich.text import Text

from graph_api.cli.excerpt import excerpt, printable
from graph_api.cli.terminal import counted
from graph_api.documents import Reading, read_file
from graph_api.records import Problem, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: each problem with the file it is in, in the order of files and lines."""

    files: int
    problems: Sequence[tuple[Path, Problem]]

    def count(self, severity: Severity) -> int:
        """How many problems weigh so much."""
        return sum(problem.severity is severity for _, problem in self.problems)


def lines(checked: Checked) -> Iterator[Text]:
    """`path:line:column CODE message`, the source line with a caret, the hint; at the end a summary."""
    for path, problem in checked.problems:
        yield _headline(path, problem)
        yield from (Text(f"  {line}", "dim") for line in _excerpt(path, problem))
        if problem.hint:
            yield Text(f"  {printable(problem.hint)}")
    yield Text(summary(checked))


def summary(checked: Checked) -> str:
    """`2 errors, 14 warnings in 3,500 files`."""
    counts = [counted(number, severity.value) for severity in Severity if (number := checked.count(severity))]
    return f"{', '.join(counts) or 'no problems'} in {counted(checked.files, 'file')}"


def as_json(checked: Checked) -> bytes:
    """One object: `files`, `errors`, `warnings`, and `problems` with all that the text form tells."""
    return orjson.dumps(
        {
            "files": checked.files,
            "errors": checked.count(Severity.ERROR),
            "warnings": checked.count(Severity.WARNING),
            "problems": [_as_dict(path, problem) for path, problem in checked.problems],
        },
        option=orjson.OPT_INDENT_2,
    )


def _headline(path: Path, problem: Problem) -> Text:
    place = [str(part) for part in (path, problem.line, problem.column) if part is not None]
    return Text.assemble(
        (printable(":".join(place)), "bold"),
        " ",
        (problem.code, _STYLES[problem.severity]),
        f" {printable(problem.message)}",
    )


def _excerpt(path: Path, problem: Problem) -> list[str]:
    return [] if problem.line is None else excerpt(_text(path), problem.line, problem.column)


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    """The file as far as it can be read, even if it is another one by now: that it cannot has already been told."""
    found = read_file(path.parent, path.name)
    return "" if isinstance(found, Reading) else found.data.decode("utf-8-sig", errors="replace")


def _as_dict(path: Path, problem: Problem) -> dict[str, str | int | None]:
    return {
        "path": str(path).encode(errors="backslashreplace").decode(),  # names may be no UTF-8
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }
