"""What is wrong with files and folders of articles: in each file, and between files.

Files are read one by one, which tells whose each problem is. What can only be seen between them is found
by ingesting the folders into a database that is thrown away.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from graph_api.cli.report import Checked
from graph_api.cli.terminal import progress
from graph_api.documents import parse, read_file, scan
from graph_api.documents.document import Reading
from graph_api.errors import SourceError
from graph_api.ingest import ingest
from graph_api.records import Problem
from graph_api.store import open_store
from graph_api.store.reads import AllProblems, Lists, ProblemRows, Reads, Rights, Window, ask

Found: TypeAlias = tuple[Path, Problem]

_PAGE = 1000
_FOLDERS_THAT_MATTER = 2  # `_data/topics/` tells what kind of document a file is


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file to be checked; *shown* is its path as the person who asked would write it."""

    folder: Path
    path: str
    shown: Path


def checked(paths: Sequence[Path]) -> Checked:
    """The problems of these files and folders, by path, line and column."""
    files = [file for path in _distinct(paths) for file in _files(path)]
    found: list[Found] = []
    accepted: set[Path] = set()
    with progress("checking", "files") as advanced:
        for number, file in enumerate(files, start=1):
            reading = _reading(file)
            found += [(file.shown, problem) for problem in reading.problems]
            if reading.document is not None:
                accepted.add(file.folder)
            advanced(number, len(files))
    folders = [path for path in _distinct(paths) if path.is_dir() and path in accepted]
    return Checked(files=len(files), problems=sorted([*found, *_between(folders, found)], key=_place))


def _distinct(paths: Sequence[Path]) -> list[Path]:
    return list({path.resolve(): path for path in reversed(paths)}.values())[::-1]


def _files(path: Path) -> list[_File]:
    if path.is_file():
        return [_single(path)]
    inside = scan(path)
    if not inside:
        raise SourceError(f"{path}: holds no documents (.md, .markdown, .yaml)")
    return [_File(folder=path, path=name, shown=path / name) for name in inside]


def _single(path: Path) -> _File:
    whole = path.resolve()
    folder = whole.parents[min(_FOLDERS_THAT_MATTER, len(whole.parents) - 1)]
    return _File(folder=folder, path=whole.relative_to(folder).as_posix(), shown=path)


def _reading(file: _File) -> Reading:
    read = read_file(file.folder, file.path)
    return read if isinstance(read, Reading) else parse(read.path, read.data, read.sha256)


def _between(folders: Sequence[Path], found: Sequence[Found]) -> Iterator[Found]:
    """What an ingest of the folders finds beyond what their files have been found to have."""
    if not folders:
        return
    known = Counter(_alone(problem) for _, problem in found)
    for problem in _ingested(folders):
        if known[_alone(problem)]:
            known[_alone(problem)] -= 1
        else:
            yield (
                next((f / problem.path for f in folders if (f / problem.path).exists()), Path(problem.path)),
                problem,
            )


def _alone(problem: Problem) -> Problem:
    return replace(problem, article=None)


def _ingested(folders: Sequence[Path]) -> list[Problem]:
    with TemporaryDirectory(prefix="graph-api-check-") as place:
        database = Path(place) / "check.sqlite"
        with progress("comparing", "files") as advanced:
            ingest(folders, database, progress=advanced)
        return asyncio.run(_problems(database))


async def _problems(database: Path) -> list[Problem]:
    store = await open_store(database, reader_connections=1)
    try:
        return (await store.run(_all_problems()))[0]
    finally:
        await store.close()


def _all_problems() -> Reads[list[Problem]]:
    scope, rights, problems = AllProblems(), Rights(), list[Problem]()
    window: Window | None = Window(_PAGE)
    while window is not None:
        read = Lists(keys=(scope,), rights=rights, window=window)
        part = (yield from ask(read))[scope]
        problems += (yield from ask(ProblemRows(part.keys, rights))).values()
        window = Window(_PAGE, after=part.place(-1)) if part.has_next else None
    return problems


def _place(found: Found) -> tuple[str, int, int, str]:
    path, problem = found
    return str(path), problem.line or 0, problem.column or 0, problem.code
