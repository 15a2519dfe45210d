"""Files of arrays that belong to one revision, which every process of a machine maps.

A header, a directory of the arrays in JSON, then the arrays, each at a multiple of 64 bytes. Atomic: processes that have
mapped a file keep it when another takes its name.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from graph_api.errors import ArraysMismatch

_MAGIC = b"graphapi"
_HEADER = struct.Struct("<8sII")  # magic, bytes of the directory, its checksum
_ALIGNED = 64
_MAX_DIRECTORY = 65_536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayFile:
    """A mapped file: its *revision*, *facts* as they were saved, and *arrays*; *offsets* are where these begin in *mapped*."""

    revision: str
    facts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    offsets: Mapping[str, int]
    mapped: mmap.mmap


def save(
    path: Path,
    form: str,
    revision: str,
    arrays: Mapping[str, NDArray[Any]],
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write *arrays* and *facts* to *path*. *form* names what they are, with a number: "search 2"."""
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    end = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.newbyteorder("<").str, array.shape, end)
        end += _aligned(array.nbytes)
    directory = orjson.dumps(
        {"form": form, "revision": revision, "facts": facts or {}, "arrays": places, "end": end}
    )
    header = _HEADER.pack(_MAGIC, len(directory), zlib.crc32(directory)) + directory
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    try:
        with temporary.open("wb") as file:  # with the rights of other files: its readers may be other users
            file.write(header.ljust(_aligned(len(header)), b"\0"))
            for name, array in arrays.items():
                raw = np.ascontiguousarray(array, dtype=places[name][0])
                file.write(raw.data if raw.nbytes else b"")
                file.write(bytes(_aligned(raw.nbytes) - raw.nbytes))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(path: Path, form: str, revision: str | None = None) -> ArrayFile:
    """The file at *path*, memory-mapped: its pages are read when they are needed.

    Raises ArraysMismatch when it is absent, damaged, of another *form*, or of another *revision* if one is given.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise ArraysMismatch(f"{path}: {error}") from error
    directory, start = _directory(mapped, path)
    if directory["form"] != form:
        raise ArraysMismatch(f"{path}: has the form {directory['form']!r}, this version reads {form!r}")
    if revision is not None and directory["revision"] != revision:
        raise ArraysMismatch(f"{path}: belongs to another revision than {revision}")
    if len(mapped) != start + directory["end"]:
        raise ArraysMismatch(f"{path}: has {len(mapped)} bytes, its header says {start + directory['end']}")
    places: dict[str, tuple[str, tuple[int, ...], int]] = directory["arrays"]
    return ArrayFile(
        revision=directory["revision"],
        facts=directory["facts"],
        arrays={
            name: np.frombuffer(mapped, type_, prod(shape), start + offset).reshape(shape)
            for name, (type_, shape, offset) in places.items()
        },
        offsets={name: start + offset for name, (_, _, offset) in places.items()},
        mapped=mapped,
    )


def _directory(mapped: mmap.mmap, path: Path) -> tuple[dict[str, Any], int]:
    """What the directory says, and where the arrays begin."""
    if len(mapped) < _HEADER.size or mapped[: len(_MAGIC)] != _MAGIC:
        raise ArraysMismatch(f"{path}: is not a file of arrays")
    _, size, checksum = _HEADER.unpack_from(mapped)
    directory = mapped[_HEADER.size : _HEADER.size + min(size, _MAX_DIRECTORY)]
    if not directory or zlib.crc32(directory) != checksum:
        raise ArraysMismatch(f"{path}: its header is damaged")
    found: dict[str, Any] = orjson.loads(directory)
    return found, _aligned(_HEADER.size + size)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
