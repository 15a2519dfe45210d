"""Source folders as an ingest reads them: named by their real path, their files one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph_api.documents.document import Reading
from graph_api.documents.files import FileBytes, read_file, scan
from graph_api.documents.parser import parse
from graph_api.errors import SourceError


class SourceFile(Protocol):
    """One file of a source folder, its bytes read."""

    @property
    def path(self) -> str: ...

    @property
    def sha256(self) -> bytes: ...

    def reading(self) -> Reading:
        """What the bytes say."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source folder: its name in the database, the number of its files, and the files one by one, as often
    as they are asked for."""

    folder: str
    count: int
    files: Iterable[SourceFile]


def sources(folders: Iterable[str | Path]) -> list[Source]:
    """The folders, each once. `SourceError` when one is missing or holds no documents."""
    return [_source(folder) for folder in sorted(set(real_folders(folders)))]


def real_folders(folders: Iterable[str | Path]) -> list[Path]:
    """Where *folders* really are. `SourceError` when there is none, or a name is not UTF-8."""
    found = [Path(folder).resolve() for folder in folders]
    if not found:
        raise SourceError("no source folder is given; give a folder that holds articles")
    for folder in found:
        if not _is_text(str(folder)):
            raise SourceError(f"{str(folder)!a}: the folder's name is not UTF-8; rename it")
    return found


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _source(folder: Path) -> Source:
    paths = scan(folder)
    if not paths:
        raise SourceError(f"{folder}: holds no documents (.md, .markdown, .yaml); nothing was changed")
    return Source(folder=str(folder), count=len(paths), files=_Files(folder, paths))


@dataclass(frozen=True, slots=True)
class _Files:
    """The files at *paths*, read one by one: not a generator, since a damaged database is filled twice."""

    folder: Path
    paths: Collection[str]

    def __iter__(self) -> Iterator[SourceFile]:
        for path in self.paths:
            read = read_file(self.folder, path)
            yield _Readable(read) if isinstance(read, FileBytes) else _Unreadable(read)


@dataclass(frozen=True, slots=True)
class _Readable:
    file: FileBytes

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def sha256(self) -> bytes:
        return bytes.fromhex(self.file.sha256)

    def reading(self) -> Reading:
        return parse(self.file.path, self.file.data, self.file.sha256)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A file whose bytes nobody saw: what is wrong with it stands in for them."""

    rejection: Reading

    @property
    def path(self) -> str:
        return self.rejection.path

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(repr(self.rejection.problems).encode()).digest()

    def reading(self) -> Reading:
        return self.rejection
