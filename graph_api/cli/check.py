"""`graph-api check`: a linter for articles.

Files are parsed one by one. Problems between files (duplicates, unknown topics) come from an ingest into a temporary
database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import click
from click.shell_completion import CompletionItem
from rich.console import Console

from graph_api.cli.options import option, paths
from graph_api.cli.program import PROBLEMS
from graph_api.cli.report import Checked, as_json, lines
from graph_api.cli.terminal import progress
from graph_api.documents import CODES, parse, read_file, scan
from graph_api.documents.document import Reading
from graph_api.errors import SourceError, UsageError
from graph_api.ingest import ingest
from graph_api.records import Problem, Severity
from graph_api.store import at
from graph_api.store.reads import AllProblems, Lists, ProblemRows, Reads, Rights, Window, ask

Found: TypeAlias = tuple[Path, Problem]

_PAGE = 1000
_PARENTS = 2  # folders above a single file that decide its kind: `_data/topics/`


def _codes(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    del ctx, parameter
    return [CompletionItem(code) for code in CODES if code.startswith(incomplete.upper())]


@click.command(
    epilog="""
PATHs are folders or single files. Nothing is written. An error (E...) excludes the file from the graph
and sets exit code 1; a warning (W...) sets it with --strict only.

\b
Examples:
  graph-api check articles/
  graph-api check articles/_news/2023-03-15-a-story.md --strict
  graph-api check articles/ --output-format json --exit-zero
  graph-api check --explain E104
"""
)
@paths(required=False)
@option(
    "--output-format",
    "Text, or one JSON object with files, errors, warnings and problems.",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@option("--strict", "Exit with code 1 for warnings too.", is_flag=True)
@option("--exit-zero", "Exit with code 0 in any case.", is_flag=True)
@option(
    "--explain",
    "Explain a code with an example, and exit.",
    metavar="CODE",
    shell_complete=_codes,
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output_format: str,
    strict: bool,
    exit_zero: bool,
    explain: str | None,
) -> None:
    """Lint articles: path:line:column, code, message, hint."""
    if explain is not None:
        click.echo(_explained(explain))
        return
    if not paths:
        raise UsageError("name a folder or file to check, or --explain CODE")
    found = checked(paths)
    _print(found, output_format)
    failed = bool(found.problems) if strict else found.count(Severity.ERROR) > 0
    if failed and not exit_zero:
        ctx.exit(PROBLEMS)


def _explained(code: str) -> str:
    known = CODES.get(code.upper())
    if known is None:
        raise UsageError(f"there is no code {code}; the codes are {', '.join(CODES)}")
    return known.explanation.rstrip()


def _print(found: Checked, output_format: str) -> None:
    if output_format == "json":
        click.echo(as_json(found))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in lines(found):
        console.print(line)


# -- files -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file to check; *shown* is its path relative to the argument."""

    folder: Path
    path: str
    shown: Path


def checked(paths: Sequence[Path]) -> Checked:
    """The problems of these files and folders, by path, line and column."""
    distinct = list({path.resolve(): path for path in reversed(paths)}.values())[::-1]
    files = [file for path in distinct for file in _files(path)]
    found: list[Found] = []
    accepted: set[Path] = set()
    with progress("checking", "files") as advanced:
        for number, file in enumerate(files, start=1):
            reading = _reading(file)
            found += [(file.shown, problem) for problem in reading.problems]
            if reading.document is not None:
                accepted.add(file.folder)
            advanced(number, len(files))
    folders = [path for path in distinct if path.is_dir() and path in accepted]
    return Checked(files=len(files), problems=sorted([*found, *_between(folders, found)], key=_place))


def _files(path: Path) -> list[_File]:
    if path.is_file():
        whole = path.resolve()
        folder = whole.parents[min(_PARENTS, len(whole.parents) - 1)]
        return [_File(folder=folder, path=whole.relative_to(folder).as_posix(), shown=path)]
    inside = scan(path)
    if not inside:
        raise SourceError(f"{path}: holds no documents (.md, .markdown, .mdx, .yaml)")
    return [_File(folder=path, path=name, shown=path / name) for name in inside]


def _reading(file: _File) -> Reading:
    read = read_file(file.folder, file.path)
    return read if isinstance(read, Reading) else parse(read.path, read.data, read.sha256)


def _place(found: Found) -> tuple[str, int, int, str]:
    path, problem = found
    return str(path), problem.line or 0, problem.column or 0, problem.code


# -- between files -----------------------------------------------------------------------------------------


def _between(folders: Sequence[Path], found: Sequence[Found]) -> Iterator[Found]:
    """The problems that an ingest of the folders reports and *found* does not hold."""
    if not folders:
        return
    known = Counter(replace(problem, article=None) for _, problem in found)
    for problem in _ingested(folders):
        alone = replace(problem, article=None)
        if known[alone]:
            known[alone] -= 1
        else:
            paths = (folder / problem.path for folder in folders)
            yield next((path for path in paths if path.exists()), Path(problem.path)), problem


def _ingested(folders: Sequence[Path]) -> list[Problem]:
    with TemporaryDirectory(prefix="graph-api-check-") as place:
        database = Path(place) / "check.sqlite"
        with progress("comparing", "files") as advanced:
            ingest(folders, database, progress=advanced)
        with at(database).session() as session:
            return session.run(_all_problems())


def _all_problems() -> Reads[list[Problem]]:
    scope, rights, problems = AllProblems(), Rights(), list[Problem]()
    window: Window | None = Window(_PAGE)
    while window is not None:
        read = Lists(keys=(scope,), rights=rights, window=window)
        part = (yield from ask(read))[scope]
        problems += (yield from ask(ProblemRows(part.keys, rights))).values()
        window = Window(_PAGE, after=part.place(-1)) if part.has_next else None
    return problems
