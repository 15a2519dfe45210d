"""Source folders: their files one at a time, what changed in them, and the database that belongs to them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph_api.documents.document import ParsedFile
from graph_api.documents.files import FileBytes, read_file, scan
from graph_api.documents.folder import has_address, is_hidden, is_read, parsed_file, urls
from graph_api.documents.site import Identity, Site, SiteOptions, site
from graph_api.errors import SourceError, StoreError
from graph_api.ingest.site_options import GENERATOR_FILES, generator_base_url, of_folder


class FolderFile(Protocol):
    """One file of a source folder, its bytes read. *url* is the article's URL in a folder that is read by path."""

    @property
    def path(self) -> str: ...

    @property
    def sha256(self) -> bytes: ...

    @property
    def url(self) -> str | None: ...

    def parsed(self) -> ParsedFile:
        """The file's document and problems."""
        ...


class SourceFolder(Protocol):
    """A source folder: its real path and its files."""

    @property
    def folder(self) -> str: ...

    def site(self, stored: Identity | None) -> Site:
        """How the folder is read. The first ingest decides the identity by the files; later ones use the *stored* one."""
        ...

    def count(self, site: Site) -> int:
        """The number of files that are read as *site* says."""
        ...

    def files(self, site: Site) -> Iterable[FolderFile]:
        """These files, read one by one. They can be iterated again: a damaged database is filled twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A `SourceFolder` on disk: its real path, the paths of its files, and the options for reading them."""

    folder: str
    paths: Sequence[str]
    options: SiteOptions

    def site(self, stored: Identity | None) -> Site:
        identity = self.options.identity or stored or self._identity()
        return site(self.options, identity, self._base_url(), Path(self.folder).parts[1:])

    def _identity(self) -> Identity:
        """By path when no file has an address in its front matter."""
        pages = (path for path in self.paths if not path.lower().endswith((".yaml", ".yml")))
        read = (read_file(self.folder, path) for path in pages)
        is_by_url = any(isinstance(file, FileBytes) and has_address(file.data) for file in read)
        return Identity.BY_URL if is_by_url else Identity.BY_PATH

    def _base_url(self) -> str | None:
        found = {
            name: read_file(self.folder, name)
            for name in GENERATOR_FILES
            if (Path(self.folder) / name).is_file()
        }
        return generator_base_url(
            {name: file.data for name, file in found.items() if isinstance(file, FileBytes)}
        )

    def count(self, site: Site) -> int:
        return len(self.names(site))

    def files(self, site: Site) -> Iterable[FolderFile]:
        return _Files(self.folder, self.names(site), site)

    def names(self, site: Site) -> list[str]:
        """The paths of the files that are read as *site* says."""
        return [path for path in self.paths if is_read(path, site)]


def sources(folders: Iterable[str | Path], options: SiteOptions | None = None) -> list[Folder]:
    """The folders, each once. `SourceError` when one is missing or holds no documents.

    Options that are not set are taken from the folder's own files.
    """
    return [_source(folder, options or SiteOptions()) for folder in sorted(set(real_folders(folders)))]


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


def _source(folder: Path, options: SiteOptions) -> Folder:
    paths = scan(folder)
    if not paths:
        raise SourceError(f"{folder}: holds no documents (.md, .markdown, .mdx, .yaml); nothing was changed")
    return Folder(folder=str(folder), paths=paths, options=options.over(of_folder(folder)))


@dataclass(frozen=True, slots=True)
class _Files:
    """The files at *paths*, read one by one. Not a generator, since a damaged database is filled twice."""

    folder: str
    paths: Sequence[str]
    site: Site

    def __iter__(self) -> Iterator[FolderFile]:
        found = urls(self.paths, self.site, self._is_hidden)
        for path in self.paths:
            read = read_file(self.folder, path)
            if isinstance(read, FileBytes):
                yield _Readable(read, self.site, found.get(path))
            else:
                yield _Unreadable(read)

    def _is_hidden(self, path: str) -> bool:
        read = read_file(self.folder, path)
        return is_hidden(parsed_file(read, self.site, None) if isinstance(read, FileBytes) else read)


@dataclass(frozen=True, slots=True)
class _Readable:
    file: FileBytes
    site: Site
    url: str | None

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def sha256(self) -> bytes:
        return bytes.fromhex(self.file.sha256)

    def parsed(self) -> ParsedFile:
        return parsed_file(self.file, self.site, self.url)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A file that could not be read. Its problems are hashed in place of its bytes."""

    rejection: ParsedFile
    url: str | None = None

    @property
    def path(self) -> str:
        return self.rejection.path

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(repr(self.rejection.problems).encode()).digest()

    def parsed(self) -> ParsedFile:
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


def changes(folder: Path, known: Mapping[str, bytes], identity: Identity | None = None) -> Changes:
    """The changes in *folder* since its files had the hashes *known*, by path. Raises `SourceError` as `sources`.

    *identity* is what identified its articles in that ingest.
    """
    [source] = sources([folder])
    site = source.site(identity)
    found = {file.path: file.sha256 for file in source.files(site)}
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
