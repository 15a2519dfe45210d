"""Lists a source folder and reads its files. Opens only regular files inside the folder.

Folders are opened one by one, each relative to its parent and never through a symbolic link. So replacing a folder
or a file by a link while we read cannot lead outside.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph_api.documents.document import ParsedFile
from graph_api.documents.limits import MAX_BYTES
from graph_api.errors import SourceError
from graph_api.records import Problem, Severity, normalized

ENDINGS = (".md", ".markdown", ".mdx", ".yaml", ".yml")

_ATTEMPTS = 5
_MAX_FOLDERS = 100  # nested
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_FOLDER = _OPEN | os.O_DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBytes:
    """A consistent snapshot of a file; *path* is relative to its source folder, with `/`.

    *data* has LF line ends, so that a checkout with CRLF is the same content. *sha256* is the hash of *data*.
    """

    path: str
    data: bytes
    sha256: str


def scan(folder: str | Path) -> list[str]:
    """The paths of the folder's documents, relative and with `/`, sorted.

    Skips dotfiles, dot folders, and symbolic links to targets inside the folder. Lists links that lead outside, and
    folders that cannot be listed (with `/` at the end), so that `read_file` reports them. Raises SourceError when
    *folder* does not exist, is not a folder or cannot be listed.

    Paths are in NFC, so that a folder has the same paths on macOS, which may store names in NFD. Names that differ only
    in normalization are listed as they are.
    """
    if not Path(folder).exists():
        raise SourceError(f"{folder}: no such folder; give a folder that holds articles")
    if not Path(folder).is_dir():
        raise SourceError(f"{folder}: is a file, not a folder; give the folder that holds it")
    found = list(_paths(folder))
    names = [normalized("NFC", path) for path in found]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    return sorted(path if name in repeated else name for path, name in zip(found, names, strict=True))


def _paths(root: str | Path) -> Iterator[str]:
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            found = _listed(root, below)
        except OSError as error:
            if not below:
                raise SourceError(
                    f"{root}: cannot be read: {error.strerror}; check its permissions"
                ) from None
            yield below
            continue
        waiting += (path for path in found if path.endswith("/"))
        yield from (path for path in found if not path.endswith("/"))


def _listed(root: str | Path, below: str) -> list[str]:
    """The documents in the folder at *below*, and its subfolders with `/` at the end."""
    descriptor = _open_folder(root, below.split("/")[:-1])
    try:
        with os.scandir(descriptor) as entries:
            return [path for entry in entries if (path := _path(root, below, entry)) is not None]
    finally:
        os.close(descriptor)


def _path(root: str | Path, below: str, entry: os.DirEntry[str]) -> str | None:
    path = f"{below}{entry.name}"
    if entry.name.startswith("."):
        return None
    if entry.is_symlink():
        return path if _leads_out(root, path) and (_is_document(path) or _may_be_folder(entry)) else None
    if entry.is_dir(follow_symlinks=False):
        return f"{path}/"
    return path if _is_document(path) else None


def _may_be_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # the link leads in a circle, or to a forbidden folder
        return True


def _is_document(path: str) -> bool:
    return path.lower().endswith(ENDINGS)


def _leads_out(root: str | Path, path: str) -> bool:
    try:
        inside, target = os.path.realpath(root), os.path.realpath(f"{root}/{path}")
    except OSError:  # the link was removed since it was listed; `read_file` reports it
        return True
    return os.path.commonpath((inside, target)) != inside


def read_file(folder: str | Path, path: str) -> FileBytes | ParsedFile:
    """The bytes of the file at *path* in *folder*, or a `ParsedFile` with the problem that prevents it.

    Reads again when the file changes while it is read. A *path* with `/` at its end is a folder that `scan` could not
    list.
    """
    shown = path.encode("utf-8", "backslashreplace").decode()
    if shown != path:
        return _rejected(shown, "E144", "the file's name is not UTF-8", "rename the file")
    try:
        if path.endswith("/"):
            _listed(folder, path if path.isascii() else _path_on_disk(folder, path))
            return _rejected(
                path, "E142", "the folder could not be listed at first; now it can", "run the command again"
            )
        path_on_disk = path if path.isascii() else _path_on_disk(folder, path)
        for _ in range(_ATTEMPTS):
            read = _read_once(folder, path, path_on_disk)
            if read is not None:
                return read
    except OSError as error:
        return _unreadable(path, error)
    return _rejected(
        path,
        "E143",
        f"the file changed during each of {_ATTEMPTS} attempts to read it",
        "run the command again when the file is complete",
    )


def _read_once(folder: str | Path, path: str, path_on_disk: str) -> FileBytes | ParsedFile | None:
    """The result of one attempt; None when the file changed during it."""
    descriptor = _open_inside(folder, path_on_disk)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return _rejected(
                path, "E141", "this is not a regular file", "replace it with a file, or remove it"
            )
        if before.st_size > MAX_BYTES:
            return _too_large(path, before.st_size)
        data = _all_bytes(descriptor, before.st_size)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns, len(data)) != (after.st_size, after.st_mtime_ns, after.st_size):
        return None
    if b"\r" in data:  # one byte is found ten times as fast as two
        data = data.replace(b"\r\n", b"\n")
    return FileBytes(path=path, data=data, sha256=hashlib.sha256(data).hexdigest())


def _path_on_disk(folder: str | Path, path: str) -> str:
    """*path* as its names are stored: as it is, in NFD, or in an equivalent form; *path* when there is none."""
    for spelled in (path, normalized("NFD", path)):
        if os.path.lexists(f"{folder}/{spelled}"):
            return spelled
    steps: list[str] = []
    for step in path.split("/"):
        parent = _open_folder(folder, steps)
        try:
            names = os.listdir(parent)  # noqa: PTH208  (pathlib has no descriptors)
        finally:
            os.close(parent)
        steps.append(next((name for name in names if normalized("NFC", name) == step), step))
    return "/".join(steps)


def _open_inside(folder: str | Path, path: str) -> int:
    """A descriptor of the file, opened without following links below *folder*, opening devices, or blocking."""
    *folders, name = path.split("/")
    if name in {"", ".."}:
        raise OSError(errno.EISDIR, "the path names no file")
    parent = _open_folder(folder, folders)
    try:
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):  # opening a pipe would wake its writer
            raise OSError(errno.ENODEV, "this is not a regular file")
        return os.open(name, _OPEN, dir_fd=parent)
    finally:
        os.close(parent)


def _open_folder(root: str | Path, steps: Sequence[str]) -> int:
    """A descriptor of the folder at *steps* below *root*; only *root* itself may be a link."""
    if len(steps) > _MAX_FOLDERS:
        raise OSError(errno.ENAMETOOLONG, f"more than {_MAX_FOLDERS} nested folders")
    if ".." in steps:
        raise OSError(errno.ELOOP, "the path leads out of the folder")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for step in steps:
        try:
            inner = os.open(step, _OPEN_FOLDER, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _all_bytes(descriptor: int, size: int) -> bytes:
    """The first *size* + 1 bytes of the file: one more than expected when it has grown."""
    data = os.read(descriptor, size + 1)
    while len(data) <= size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def _unreadable(path: str, error: OSError) -> ParsedFile:
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        hint = "copy the file into the folder, or ingest the folder that it is in"
        return _rejected(
            path, "W214", "the symbolic link leads outside the source folder; it is not followed", hint
        )
    if error.errno in {errno.ENXIO, errno.ENODEV, errno.EISDIR}:
        return _rejected(path, "E141", "this is not a regular file", "replace it with a file, or remove it")
    what = "folder" if path.endswith("/") else "file"
    message = f"the {what} cannot be read: {error.strerror}"
    return _rejected(path, "E142", message, "check that it exists, and its permissions")


def _too_large(path: str, size: int) -> ParsedFile:
    message = f"a file may have at most {MAX_BYTES:,} bytes; got {size:,}"
    return _rejected(path, "E140", message, "split it, or move what is not text out of it")


def _rejected(path: str, code: str, message: str, hint: str) -> ParsedFile:
    """The result for a file whose bytes were not read."""
    severity = Severity.ERROR if code[0] == "E" else Severity.WARNING
    problem = Problem(
        code=code, severity=severity, message=message, hint=hint, path=path, line=None, column=None
    )
    return ParsedFile(path=path, sha256="", document=None, problems=(problem,))
