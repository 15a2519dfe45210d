"""A source folder -> its files' bytes. Nothing is opened that is not a regular file inside the folder."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph_api.documents.document import Reading
from graph_api.documents.limits import MAX_BYTES
from graph_api.errors import SourceError
from graph_api.records import Problem, Severity

ENDINGS = (".md", ".markdown", ".yaml", ".yml")

_ATTEMPTS = 5
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_FOLDER = _OPEN | os.O_DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBytes:
    """A file as it was at one moment; *path* is relative to its source folder, with `/`."""

    path: str
    data: bytes
    sha256: str


def scan(folder: str | Path) -> list[str]:
    """The paths of the folder's documents, relative and with `/`, in the order of their text.

    Dotfiles and dot folders are skipped. A symbolic link is never followed: one that stays inside the
    folder is skipped, since its target is found by itself; one that leads out is listed, so that reading
    it says so. `SourceError` when that is no folder.
    """
    if Path(folder).is_file():
        raise SourceError(f"{folder}: is a file, not a folder; name the folder that holds it")
    if not Path(folder).is_dir():
        raise SourceError(f"{folder}: there is no such folder; name a folder that holds articles")
    return sorted(_paths(os.path.realpath(folder), ""))


def _paths(root: str, below: str) -> Iterator[str]:
    with os.scandir(f"{root}/{below}") as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if _leads_out(root, path) and (entry.is_dir() or _is_document(path)):
                    yield path
            elif entry.is_dir(follow_symlinks=False):
                yield from _paths(root, f"{path}/")
            elif _is_document(path):
                yield path


def _is_document(path: str) -> bool:
    return path.lower().endswith(ENDINGS)


def _leads_out(root: str, path: str) -> bool:
    target = os.path.realpath(f"{root}/{path}")
    return os.path.commonpath((root, target)) != root


def read_file(folder: str | Path, path: str) -> FileBytes | Reading:
    """The bytes of the file at *path* in *folder*, or the reading that says why they cannot be had.

    A file that changes while it is read is read again.
    """
    shown = path.encode("utf-8", "backslashreplace").decode()
    if shown != path:
        return _rejected(shown, "E144", "the file's name is not UTF-8", "rename the file")
    try:
        for _ in range(_ATTEMPTS):
            read = _read_once(folder, path)
            if read is not None:
                return read
    except OSError as error:
        return _unreadable(path, error)
    return _rejected(path, "E143", "the file keeps changing while it is read", "try again when it is written")


def _read_once(folder: str | Path, path: str) -> FileBytes | Reading | None:
    """One attempt; None when the file changed meanwhile."""
    descriptor = _open_inside(folder, path)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return _rejected(path, "E141", "this is not a regular file", "replace it by a file, or remove it")
        if before.st_size > MAX_BYTES:
            return _too_large(path, before.st_size)
        data = _all_bytes(descriptor, before.st_size)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns, len(data)) != (after.st_size, after.st_mtime_ns, after.st_size):
        return None
    return FileBytes(path=path, data=data, sha256=hashlib.sha256(data).hexdigest())


def _open_inside(folder: str | Path, path: str) -> int:
    """The opened file, reached without following a link below *folder*, opening no device and not waiting."""
    *folders, name = path.split("/")
    if ".." in folders or name in {"", ".."}:
        raise OSError(errno.ELOOP, "the path leads out of the folder")
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in folders:
            inner = os.open(step, _OPEN_FOLDER, dir_fd=parent)
            os.close(parent)
            parent = inner
        return os.open(name, _OPEN, dir_fd=parent)
    finally:
        os.close(parent)


def _all_bytes(descriptor: int, size: int) -> bytes:
    """All bytes of a file of *size* bytes; one more when it has grown."""
    data = os.read(descriptor, size + 1)
    while len(data) <= size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def _unreadable(path: str, error: OSError) -> Reading:
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        hint = "put the file itself here, or serve the folder it is in"
        return _rejected(path, "W214", "the symbolic link leads out of the folder and is not followed", hint)
    if error.errno in {errno.ENXIO, errno.ENODEV, errno.EISDIR}:
        return _rejected(path, "E141", "this is not a regular file", "replace it by a file, or remove it")
    return _rejected(
        path,
        "E142",
        f"the file cannot be read: {error.strerror}",
        "check that it is there and its permissions",
    )


def _too_large(path: str, size: int) -> Reading:
    message = f"the file has {size:,} bytes, more than {MAX_BYTES:,}"
    return _rejected(path, "E140", message, "move what is not text out of it")


def _rejected(path: str, code: str, message: str, hint: str) -> Reading:
    """The reading of a file whose bytes nobody saw."""
    severity = Severity.ERROR if code[0] == "E" else Severity.WARNING
    problem = Problem(
        code=code, severity=severity, message=message, hint=hint, path=path, line=None, column=None
    )
    return Reading(path=path, sha256="", document=None, problems=(problem,))
