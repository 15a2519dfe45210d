"""The file of an index, which every process of a machine maps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from graph_api.graph import array_file
from graph_api.graph.array_file import ArrayFile
from graph_api.search.index import Index, Postings, Vocabulary

_FORM = "search 3"  # count it up too when equal texts come to have other terms or impacts


def save(index: Index, path: Path) -> None:
    """Write *index* to *path*."""
    text, starts = index.vocabulary.packed()
    end = int(index.stream_starts[-1])
    stream = index.stream[index.stream_offset : index.stream_offset + end]
    arrays = {
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
    array_file.save(path, _FORM, index.revision, arrays, {"block_size": index.texts.block_size})


def load(path: Path, revision: str | None = None) -> Index:
    """The index in *path*, memory-mapped.

    Raises ArraysMismatch when the file is absent, damaged, of another form or of another *revision*, if one is given.
    """
    file = array_file.load(path, _FORM, revision)
    arrays: dict[str, Any] = dict(file.arrays)
    return Index(
        revision=file.revision,
        keys=arrays["keys"],
        kinds=arrays["kinds"],
        marks=arrays["marks"],
        vocabulary=Vocabulary(file.mapped, file.offsets["terms"], arrays["term_starts"]),
        ranks=arrays["ranks"],
        texts=_postings(file, "texts"),
        names=_postings(file, "names"),
        stream=file.mapped,
        stream_offset=file.offsets["stream"],
        stream_starts=arrays["stream_starts"],
    )


def _postings(file: ArrayFile, of: str) -> Postings:
    return Postings(
        starts=file.arrays[f"{of}_starts"],
        docs=file.arrays[f"{of}_docs"],
        impacts=file.arrays[f"{of}_impacts"],
        block_size=file.facts["block_size"],
        count=len(file.arrays["keys"]),
    )
