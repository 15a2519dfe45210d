"""A source folder -> its files' bytes. Nothing is opened that is not a regular file inside the folder.

The decision worth knowing: folders are opened step by step, each from the one above and never through a link. So
whoever replaces a folder or a file by a link while we list and read leads us nowhere.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph_api.documents.document import Reading
from graph_api.documents.limits import MAX_BYTES
from graph_api.errors import SourceError
from graph_api.records import Problem, Severity

ENDINGS = (".md", ".markdown", ".yaml", ".yml")

_ATTEMPTS = 5
_MAX_FOLDERS = 100  # in each other
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
    it says so, and so is a folder that cannot be listed, with `/` at its end. `SourceError` when *folder*
    itself is none, or cannot be listed.
    """
    if not Path(folder).exists():
        raise SourceError(f"{folder}: there is no such folder; name a folder that holds articles")
    if not Path(folder).is_dir():
        raise SourceError(f"{folder}: is a file, not a folder; name the folder that holds it")
    return sorted(_paths(folder))


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
    """The documents in the folder at *below*, and its folders with `/` at the end."""
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
    except OSError:  # it leads in a circle, or where we may not look
        return True


def _is_document(path: str) -> bool:
    return path.lower().endswith(ENDINGS)


def _leads_out(root: str | Path, path: str) -> bool:
    try:
        inside, target = os.path.realpath(root), os.path.realpath(f"{root}/{path}")
    except OSError:  # the link is gone since it was listed: whoever reads it tells
        return True
    return os.path.commonpath((inside, target)) != inside


def read_file(folder: str | Path, path: str) -> FileBytes | Reading:
    """The bytes of the file at *path* in *folder*, or the reading that says why they cannot be had.

    A file that changes while it is read is read again. A *path* with `/` at its end is a folder that could not
    be listed.
    """
    shown = path.encode("utf-8", "backslashreplace").decode()
    if shown != path:
        return _rejected(shown, "E144", "the file's name is not UTF-8", "rename the file")
    try:
        if path.endswith("/"):
            _listed(folder, path)
            return _rejected(path, "E142", "the folder could not be read before, and can be now", "try again")
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
    """The opened folder so many steps below *root*, which alone may be reached through links."""
    if len(steps) > _MAX_FOLDERS:
        raise OSError(errno.ENAMETOOLONG, f"it lies in more than {_MAX_FOLDERS} folders")
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
    what = "folder" if path.endswith("/") else "file"
    message = f"the {what} cannot be read: {error.strerror}"
    return _rejected(path, "E142", message, "check that it is there and its permissions")


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
