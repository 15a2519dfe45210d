"""Source folders: their files one at a time, what changed in them, and the database that belongs to them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph_api.documents.document import Reading
from graph_api.documents.files import FileBytes, read_file, scan
from graph_api.documents.parser import parse
from graph_api.errors import SourceError, StoreError


class FolderFile(Protocol):
    """One file of a source folder, its bytes read."""

    @property
    def path(self) -> str: ...

    @property
    def sha256(self) -> bytes: ...

    def reading(self) -> Reading:
        """What the file says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source folder: its real path, the number of its files, and the files, which can be iterated again."""

    folder: str
    count: int
    files: Iterable[FolderFile]


def sources(folders: Iterable[str | Path]) -> list[Source]:
    """The folders, each once. `SourceError` when one is missing or holds no documents."""
    return [_source(folder) for folder in sorted(set(real_folders(folders)))]


def real_folders(folders: Iterable[str | Path]) -> list[Path]:
    """The real paths of *folders*. `SourceError` when none is given, or a name is not UTF-8."""
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
    """The files at *paths*, read one by one. Not a generator, since a damaged database is filled twice."""

    folder: Path
    paths: Collection[str]

    def __iter__(self) -> Iterator[FolderFile]:
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
    """A file that could not be read. Its problems are hashed in place of its bytes."""

    rejection: Reading

    @property
    def path(self) -> str:
        return self.rejection.path

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(repr(self.rejection.problems).encode()).digest()

    def reading(self) -> Reading:
        return self.rejection


# -- changes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The number of files of a folder, and of those that differ from the last ingest."""

    files: int
    new: int
    changed: int
    removed: int

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    def __str__(self) -> str:
        counts = {"new": self.new, "changed": self.changed, "removed": self.removed}
        return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing changed"


def changes(folder: Path, known: Mapping[str, bytes]) -> Changes:
    """The changes in *folder* since its files had the hashes *known*, by path. Raises `SourceError` as `sources`."""
    [source] = sources([folder])
    found = {file.path: file.sha256 for file in source.files}
    return Changes(
        files=len(found),
        new=len(found.keys() - known.keys()),
        changed=sum(found[path] != known[path] for path in found.keys() & known.keys()),
        removed=len(known.keys() - found.keys()),
    )


# -- the database of a set of folders ------------------------------------------------------------------------


def default_database(folders: Iterable[str | Path]) -> Path:
    """The cache file of a set of folders, the same for any order of them; its folder exists.

    It lies in `$XDG_CACHE_HOME/graph-api`, else `~/.cache/graph-api`. `StoreError` when that is not writable.
    """
    places = sorted({str(folder) for folder in real_folders(folders)})
    name = hashlib.sha256("\0".join(places).encode()).hexdigest()[:16]
    return _cache_folder() / f"{Path(places[0]).name or 'root'}-{name}.sqlite"


def _cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The standard has relative paths ignored: XDG Base Directory Specification 0.8
        folder = (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "graph-api"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"no folder for the cache ({error}); name a database with --db FILE") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{folder}: cannot be written; name a database with --db FILE")
    return folder
