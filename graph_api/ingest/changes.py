"""What has changed in a source folder since it was ingested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph_api.ingest.sources import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How many files there are, and how many of them are not what was ingested."""

    files: int
    new: int
    changed: int
    gone: int

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    def __str__(self) -> str:
        told = {"new": self.new, "changed": self.changed, "gone": self.gone}
        return ", ".join(f"{count:,} {name}" for name, count in told.items() if count) or "nothing changed"


def changes(folder: Path, known: Mapping[str, bytes]) -> Changes:
    """The changes in *folder* since its files had the SHA-256 that are *known*. `SourceError` as `ingest` raises it."""
    [source] = sources([folder])
    found = {file.path: file.sha256 for file in source.files}
    return Changes(
        files=len(found),
        new=len(found.keys() - known.keys()),
        changed=sum(found[path] != known[path] for path in found.keys() & known.keys()),
        gone=len(known.keys() - found.keys()),
    )
