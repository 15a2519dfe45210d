"""What a check found: as text with source excerpts, as JSON, or as SARIF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import orjson
from rich.cells import cell_len
from rich.text import Text

from graph_api.cli.terminal import counted, printable
from graph_api.documents import CODES, ParsedFile, read_file
from graph_api.documents.by_path.keys import FIELDS
from graph_api.documents.document import LeftOut
from graph_api.records import ContentStatus, Problem, Severity

EXAMPLES = 3  # problems shown of each code
EXCERPT_WIDTH = 100
_BEFORE_COLUMN = 60
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


class DeadLink(NamedTuple):
    """A link that leads to no document, and the title that is most like its target."""

    path: Path
    line: int
    target: str
    nearest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of a check: the number of files, and each problem with its file, by path and line.

    *left_out* counts files by reason, *read_from* the fields by the key, or the part of the file, that they were read
    from, *unused* the keys that no field reads. *status* has the counts of the graph, None where no folder was checked.
    """

    files: int
    problems: Sequence[tuple[Path, Problem]]
    left_out: Mapping[LeftOut, int] = field(default_factory=dict[LeftOut, int])
    read_from: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    unused: Mapping[str, int] = field(default_factory=dict[str, int])
    dead_links: Sequence[DeadLink] = ()
    status: ContentStatus | None = None

    def count(self, severity: Severity) -> int:
        return sum(problem.severity is severity for _, problem in self.problems)


def lines(checked: Checked, shown: int | None = EXAMPLES) -> Iterator[Text]:
    """The problems by code, the most frequent first, *shown* examples of each (None: all); links; the counts.

    A problem is `path:line:column CODE message`, the source line with a caret, and the hint.
    """
    by_code: dict[str, list[tuple[Path, Problem]]] = {}
    for one in checked.problems:
        by_code.setdefault(one[1].code, []).append(one)
    for code, found in sorted(by_code.items(), key=lambda one: (-len(one[1]), one[0])):
        for path, problem in found[:shown]:
            yield from _problem(path, problem)
        if hidden := found[len(found[:shown]) :]:
            yield Text(
                f"  … and {len(hidden):,} more {code} ({CODES[code].meaning}); --all shows them", "dim"
            )
    for link in checked.dead_links:
        yield _dead_link(link)
    yield from map(Text, _counts(checked))
    yield Text(summary(checked))


def _problem(path: Path, problem: Problem) -> Iterator[Text]:
    yield _headline(path, problem)
    if problem.line is not None:
        yield from (Text(f"  {line}", "dim") for line in excerpt(_text(path), problem.line, problem.column))
    if problem.hint:
        yield Text(f"  {printable(problem.hint)}")


def _dead_link(link: DeadLink) -> Text:
    nearest = f'; the nearest title is "{printable(link.nearest)}"' if link.nearest else ""
    return Text.assemble(
        (printable(f"{link.path}:{link.line}"), "bold"),
        f" links to {printable(link.target)}, which is no document{nearest}",
    )


# -- counts ------------------------------------------------------------------------------------------------

_REASONS = {
    LeftOut.EMPTY: "empty file",
    LeftOut.PART: "page part",
    LeftOut.OTHER: "data file",
}
_MAX_KEYS = 8


def _counts(checked: Checked) -> Iterator[str]:
    """Files left out, the counts of the graph, and the keys that fields were read from."""
    if checked.left_out:
        reasons = (counted(number, _REASONS[reason]) for reason, number in checked.left_out.items())
        yield f"left out: {', '.join(reasons)}"
    if (status := checked.status) is not None:
        yield (
            f"graph: {counted(status.articles, 'article')} ({counted(status.stubs, 'stub')}),"
            f" {counted(status.topics, 'topic')}, {counted(status.related, 'edge')},"
            f" {status.related - status.linked:,} of them listed"
        )
        if status.links_found:
            hint = "" if checked.dead_links else "; --links lists the others"
            unresolved = status.links_found > status.links_resolved
            yield (
                f"links: {status.links_found:,} found, {status.links_resolved:,} resolved{hint if unresolved else ''}"
            )
    fields = {name for name, _ in checked.read_from}
    for name in [*(name for name in FIELDS if name in fields), *sorted(fields.difference(FIELDS))]:
        found = {key: number for (of, key), number in checked.read_from.items() if of == name}
        yield f"{name} from {_by_frequency(found)}"
    if checked.unused:
        yield f"read by no field, kept in extra: {_by_frequency(checked.unused)}"


def _by_frequency(numbers: Mapping[str, int]) -> str:
    """`title in 1,012 files, heading in 22`: the most frequent first."""
    ordered = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{printable(key)} in {number:,}" for key, number in ordered[:_MAX_KEYS]]
    shown[0] += " file" if ordered[0][1] == 1 else " files"
    more = len(ordered) - len(shown)
    return ", ".join(shown) + (f", and {more:,} more" if more else "")


def summary(checked: Checked) -> str:
    """`2 errors, 14 warnings in 3,500 files`."""
    counts = [counted(number, severity.value) for severity in Severity if (number := checked.count(severity))]
    return f"{', '.join(counts) or 'no problems'} in {counted(checked.files, 'file')}"


# -- for programs ------------------------------------------------------------------------------------------


def as_json(checked: Checked) -> bytes:
    """One object: `files`, `errors`, `warnings`, `problems` with all fields of the text form, and the counts."""
    status = checked.status
    graph = (
        {}
        if status is None
        else {
            "graph": {
                "articles": status.articles,
                "stubs": status.stubs,
                "topics": status.topics,
                "related": status.related,
                "listed": status.related - status.linked,
                "linksFound": status.links_found,
                "linksResolved": status.links_resolved,
            }
        }
    )
    return orjson.dumps(
        {
            "files": checked.files,
            "errors": checked.count(Severity.ERROR),
            "warnings": checked.count(Severity.WARNING),
            **graph,
            "leftOut": {reason.value: number for reason, number in checked.left_out.items()},
            "readFrom": [
                {"field": name, "key": key, "files": number}
                for (name, key), number in checked.read_from.items()
            ],
            "unusedKeys": dict(checked.unused),
            "deadLinks": [{**link._asdict(), "path": _shown(link.path)} for link in checked.dead_links],
            "problems": [_as_dict(path, problem) for path, problem in checked.problems],
        },
        option=orjson.OPT_INDENT_2,
    )


_DEAD_LINK = {
    "id": "dead-link",
    "shortDescription": {"text": "a link leads to no document"},
    "help": {"text": "correct the link's target, or write the document that it names"},
}


def as_sarif(checked: Checked) -> bytes:
    """SARIF 2.1.0, which code scanning services read: a rule for each code, a result for each problem and dead link."""
    codes = sorted({problem.code for _, problem in checked.problems})
    results = [_result(path, problem) for path, problem in checked.problems]
    results += [_dead_result(link) for link in checked.dead_links]
    rules = [*map(_rule, codes), *([_DEAD_LINK] if checked.dead_links else [])]
    run = {
        "tool": {"driver": {"name": "graph-api", "version": version("graph-api"), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return orjson.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2)


def _rule(code: str) -> dict[str, object]:
    known = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": known.meaning},
        "fullDescription": {"text": known.why},
        "help": {"text": known.correction},
    }


def _result(path: Path, problem: Problem) -> dict[str, object]:
    hint = f" ({problem.hint})" if problem.hint else ""
    return {
        "ruleId": problem.code,
        "level": problem.severity.value,
        "message": {"text": f"{problem.message}{hint}"},
        "locations": [_location(path, problem.line, problem.column)],
    }


def _dead_result(link: DeadLink) -> dict[str, object]:
    return {
        "ruleId": _DEAD_LINK["id"],
        "level": "warning",
        "message": {"text": _dead_link(link).plain},
        "locations": [_location(link.path, link.line, None)],
    }


def _location(path: Path, line: int | None, column: int | None) -> dict[str, object]:
    region = {"startLine": line} | ({} if column is None else {"startColumn": column})
    place = {"artifactLocation": {"uri": quote(_shown(path))}}
    return {"physicalLocation": place if line is None else {**place, "region": region}}


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
    return "" if isinstance(found, ParsedFile) else found.data.decode("utf-8-sig", errors="replace")


def _as_dict(path: Path, problem: Problem) -> dict[str, str | int | None]:
    return {
        "path": _shown(path),
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }


def _shown(path: Path) -> str:
    return str(path).encode(errors="backslashreplace").decode()  # file names need not be UTF-8
