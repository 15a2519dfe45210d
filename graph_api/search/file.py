"""The file of an index, which every process of a machine maps.

A header, a directory of arrays in JSON, then the arrays, each at a multiple of 64 bytes. Atomic: processes that have
mapped a file keep it when another takes its name.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from graph_api.errors import IndexMismatch
from graph_api.search.index import Index, Postings, Vocabulary

FORMAT = 2  # raise it too when equal texts come to have other terms or impacts
_MAGIC = b"graphfts"
_HEADER = struct.Struct("<8sIII")  # magic, format, bytes of the directory, its checksum
_ALIGNED = 64
_MAX_DIRECTORY = 65_536


def save(index: Index, path: Path) -> None:
    """Write *index* to *path*."""
    arrays = _arrays(index)
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    end = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.newbyteorder("<").str, array.shape, end)
        end += _aligned(array.nbytes)
    facts = {"revision": index.revision, "block_size": index.texts.block_size, "arrays": places, "end": end}
    directory = orjson.dumps(facts)
    header = _HEADER.pack(_MAGIC, FORMAT, len(directory), zlib.crc32(directory)) + directory
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    try:
        with temporary.open("wb") as file:  # with the rights of other files: its readers may be other users
            file.write(header.ljust(_aligned(len(header)), b"\0"))
            for name, array in arrays.items():
                raw = array.astype(places[name][0], copy=False)
                file.write(raw.data if raw.nbytes else b"")
                file.write(bytes(_aligned(raw.nbytes) - raw.nbytes))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(path: Path, revision: str | None = None) -> Index:
    """The index in *path*, memory-mapped.

    Raises IndexMismatch when the file is absent, damaged, of another format or of another *revision*, if one is given.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise IndexMismatch(f"{path}: {error}") from error
    facts, start = _directory(mapped, path)
    places: dict[str, tuple[str, tuple[int, ...], int]] = facts["arrays"]
    if revision is not None and facts["revision"] != revision:
        raise IndexMismatch(f"{path}: belongs to another revision than {revision}")
    if len(mapped) != start + facts["end"]:
        raise IndexMismatch(f"{path}: has {len(mapped)} bytes, its header says {start + facts['end']}")
    arrays = {
        name: np.frombuffer(mapped, type_, prod(shape), start + offset).reshape(shape)
        for name, (type_, shape, offset) in places.items()
    }
    offsets = {name: start + offset for name, (_, _, offset) in places.items()}
    return _index(mapped, facts, arrays, offsets)


def _arrays(index: Index) -> Mapping[str, NDArray[Any]]:
    """The arrays of *index* by name. *Any*: their types differ."""
    text, starts = index.vocabulary.packed()
    end = int(index.stream_starts[-1])
    stream = index.stream[index.stream_offset : index.stream_offset + end]
    return {
        "keys": index.keys,
        "kinds": index.kinds,
        "marks": index.marks,
        "terms": np.frombuffer(text, np.uint8),
        "term_starts": starts,
        "ranks": index.ranks,
        "stream": np.frombuffer(stream, np.uint8),
        "stream_starts": index.stream_starts,
        **{f"texts_{name}": getattr(index.texts, name) for name in ("starts", "docs", "impacts")},
        **{f"names_{name}": getattr(index.names, name) for name in ("starts", "docs", "impacts")},
    }


def _index(
    mapped: mmap.mmap,
    facts: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    offsets: Mapping[str, int],
) -> Index:
    def postings(of: str) -> Postings:
        return Postings(
            starts=arrays[f"{of}_starts"],
            docs=arrays[f"{of}_docs"],
            impacts=arrays[f"{of}_impacts"],
            block_size=facts["block_size"],
            count=len(arrays["keys"]),
        )

    return Index(
        revision=facts["revision"],
        keys=arrays["keys"],
        kinds=arrays["kinds"],
        marks=arrays["marks"],
        vocabulary=Vocabulary(mapped, offsets["terms"], arrays["term_starts"]),
        ranks=arrays["ranks"],
        texts=postings("texts"),
        names=postings("names"),
        stream=mapped,
        stream_offset=offsets["stream"],
        stream_starts=arrays["stream_starts"],
    )


def _directory(mapped: mmap.mmap, path: Path) -> tuple[dict[str, Any], int]:
    """What the directory says, and where the arrays begin."""
    if len(mapped) < _HEADER.size or mapped[:8] != _MAGIC:
        raise IndexMismatch(f"{path}: is not a search index")
    _, format, size, checksum = _HEADER.unpack_from(mapped)
    if format != FORMAT:
        raise IndexMismatch(f"{path}: has format {format}, this version reads {FORMAT}")
    directory = mapped[_HEADER.size : _HEADER.size + min(size, _MAX_DIRECTORY)]
    if zlib.crc32(directory) != checksum:
        raise IndexMismatch(f"{path}: its header is damaged")
    facts: dict[str, Any] = orjson.loads(directory)
    return facts, _aligned(_HEADER.size + size)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
