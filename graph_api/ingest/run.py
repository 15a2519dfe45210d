"""Folders into a database: one transaction, that changes what changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import orjson

from graph_api.errors import SourceError
from graph_api.ingest.derive import Derived, Touched, derive, known_taxonomy, replace
from graph_api.ingest.file_rows import file_rows
from graph_api.ingest.report import IngestReport
from graph_api.ingest.sources import Source, SourceFile
from graph_api.records import NodeKey
from graph_api.store.sqlite.tables import SCHEMA_VERSION
from graph_api.store.sqlite.writer import Writer
from graph_api.store.sqlite.writer_file import write
from graph_api.store.sqlite.writer_rows import FileRows

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of files read so far, and of all."""

_BATCH = 100  # files whose rows are in memory at once


def replace_all(
    sources: Sequence[Source], database: Path, *, only: bool, progress: Progress | None
) -> IngestReport:
    """The database holds what *sources* say now; with *only* nothing else, without it other folders stay."""
    started = time.perf_counter()
    program = version("graph-api")
    return write(
        database,
        program,
        lambda writer: _Ingest(writer, sources, progress).run(started, only=only),
        folders=None if only else {source.folder for source in sources},
    )


class _Ingest:
    """One ingest, from the first file to the report."""

    def __init__(self, writer: Writer, sources: Sequence[Source], progress: Progress | None) -> None:
        self._writer = writer
        self._sources = sources
        self._progress = progress
        self._total = sum(source.count for source in sources)
        self._done = 0
        self._touched = Touched()
        self._changed = False

    def run(self, started: float, *, only: bool) -> IngestReport:
        before = known_taxonomy(self._writer)
        if only:
            self._forget_other_folders()
        for source in self._sources:
            self._replace(source)
        derived = Derived(added=0, gone=0, changed=0)
        if self._changed:
            derived = derive(self._writer, self._touched, before)
        return self._report(derived, started)

    def _forget_other_folders(self) -> None:
        kept = {source.folder for source in self._sources}
        for folder in self._writer.folders():
            if folder not in kept:
                self._store({known.key for known in self._writer.known_files(folder).values()}, [])

    def _replace(self, source: Source) -> None:
        known = self._writer.known_files(source.folder)
        old: set[NodeKey] = set()
        new: list[FileRows] = []
        for file in self._counted(source.files):
            former = known.pop(file.path, None)
            if former is not None and former.sha256 == file.sha256:
                continue
            old.update([] if former is None else [former.key])
            new.append(file_rows(source.folder, file.reading(), file.sha256))
            if len(new) == _BATCH:
                self._store(old, new)
                old, new = set(), []
        self._store(old | {former.key for former in known.values()}, new)
        if not self._writer.has_documents(source.folder):
            raise SourceError(
                f"{source.folder}: every file is rejected, nothing was changed;"
                f" `graph-api check {source.folder}` tells why"
            )

    def _counted(self, files: Iterable[SourceFile]) -> Iterator[SourceFile]:
        for file in files:
            yield file
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)

    def _store(self, old: set[NodeKey], new: list[FileRows]) -> None:
        if old or new:
            self._changed = True
            replace(self._writer, old, new, self._touched)

    def _report(self, derived: Derived, started: float) -> IngestReport:
        former = self._writer.meta("revision")
        revision = former
        if self._changed or revision is None:
            revision = _revision(self._writer)
        if revision != former:
            self._writer.set_meta("revision", revision)
            self._writer.set_meta("generated_at", datetime.now(UTC).isoformat())
        articles, stubs = self._writer.counts()
        return IngestReport(
            articles=articles,
            stubs=stubs,
            added=derived.added,
            gone=derived.gone,
            changed=derived.changed,
            problems=self._writer.problem_counts(),
            seconds=time.perf_counter() - started,
            revision=revision,
            moved=revision != former,
        )


def _revision(writer: Writer) -> str:
    """The hash of what all files hold, wherever they lie and in whatever order they came."""
    files = [(path, sha256.hex()) for path, sha256 in writer.file_hashes()]
    return hashlib.sha256(orjson.dumps([SCHEMA_VERSION, files])).hexdigest()
