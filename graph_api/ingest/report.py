"""What an ingest did, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_api.records import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What the graph holds after an ingest, and what the ingest changed.

    *articles* counts stubs too. *changed* articles stayed while a file about them changed. *moved* tells
    whether the revision is another one than before.
    """

    articles: int
    stubs: int
    added: int
    gone: int
    changed: int
    problems: Mapping[Severity, int]
    seconds: float
    revision: str
    moved: bool
