"""Folders into a store, in one transaction: read what changed, derive the graphs, set the revision."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeAlias

import orjson

from graph_api.documents.site import Identity, Site
from graph_api.errors import SourceError
from graph_api.ingest import document_json
from graph_api.ingest.derivation import Derived, Touched, derive, replace, stored_taxonomy
from graph_api.ingest.document_json import file_record
from graph_api.ingest.linking import LinkedFolder
from graph_api.ingest.sources import FolderFile, SourceFolder
from graph_api.records import NodeKey, Problem, Severity
from graph_api.store.writing import FileRecord, KnownFile, StoreWriter, WritableStore

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of files read so far, and of all."""

_BY_URL = document_json.of_site(Site())
_BATCH = 100  # files whose records are in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What the graph holds after an ingest, and what the ingest changed.

    *articles* includes stubs. *links_found* counts the links of bodies, *links_resolved* those that lead to a document.
    *changed* counts the articles that stayed while one of their files changed. *moved*: the revision is a new one.
    """

    articles: int
    stubs: int
    links_found: int
    links_resolved: int
    added: int
    removed: int
    changed: int
    problems: Mapping[Severity, int]
    seconds: float
    revision: str
    moved: bool


def replace_all(
    sources: Sequence[SourceFolder], store: WritableStore, *, only: bool, progress: Progress | None
) -> IngestReport:
    """Read *sources* into the store; other folders stay in it, unless *only* is true."""
    started = time.perf_counter()
    return store.write(
        lambda writer: _Ingest(writer, sources, progress).run(started, only=only),
        program=version("graph-api"),
        folders=None if only else {source.folder for source in sources},
    )


class _Ingest:
    """One ingest, from the first file to the report."""

    def __init__(
        self, writer: StoreWriter, sources: Sequence[SourceFolder], progress: Progress | None
    ) -> None:
        self._writer = writer
        self._sources = sources
        self._progress = progress
        self._total = 0
        self._done = 0
        self._touched = Touched()
        self._has_changes = False

    def run(self, started: float, *, only: bool) -> IngestReport:
        taxonomy = stored_taxonomy(self._writer.graphs()[0])
        if only:
            self._remove_other_folders()
        sites = {source.folder: self._site(source) for source in self._sources}
        others = self._other_sites()
        _refuse_equal_bases(sites | others)
        self._total = sum(source.count(sites[source.folder]) for source in self._sources)
        linked = [LinkedFolder(folder=folder, site=site) for folder, site in others.items()]
        linked += [self._replace(source, sites[source.folder]) for source in self._sources]
        linked = [folder for folder in linked if folder.site.has_references]
        derived = derive(self._writer, self._touched, taxonomy, linked) if self._has_changes else Derived()
        return self._report(derived, started)

    def _remove_other_folders(self) -> None:
        kept = {source.folder for source in self._sources}
        for folder in self._writer.folders():
            if folder not in kept:
                self._store({known.key for known in self._writer.known_files(folder).values()}, [])
                self._writer.set_site(folder, None)

    def _site(self, source: SourceFolder) -> Site:
        """How *source* is read. Its identity is decided at the first ingest and never changes by itself."""
        return source.site(document_json.identity_of_site(self._writer.site(source.folder)))

    def _other_sites(self) -> dict[str, Site]:
        """How the folders besides those of the sources are read."""
        others = set(self._writer.folders()) - {source.folder for source in self._sources}
        return {folder: document_json.site(self._writer.site(folder)) for folder in sorted(others)}

    def _replace(self, source: SourceFolder, site: Site) -> LinkedFolder:
        """Replace the files of *source* that changed; all when the folder is read in another way than before."""
        is_same_site = self._writer.site(source.folder) == document_json.of_site(site)
        self._writer.set_site(source.folder, document_json.of_site(site))
        linked = LinkedFolder(folder=source.folder, site=site)
        known = self._writer.known_files(source.folder)
        old: set[NodeKey] = set()
        new: list[FileRecord] = []
        rejections: list[Problem] = []
        for file in self._counted(source.files(site)):
            former = known.pop(file.path, None)
            if former is not None and is_same_site and _is_unchanged(file, former):
                continue
            old.update([] if former is None else [former.key])
            new.append(file_record(source.folder, file.parsed(), file.sha256, site))
            if new[-1].kind == "rejected":
                rejections += new[-1].problems[:1]
            if len(new) == _BATCH:
                self._store(old, new, linked)
                old, new = set(), []
        self._store(old | {former.key for former in known.values()}, new, linked)
        if not self._writer.has_documents(source.folder):
            raise SourceError(f"{source.folder}: {_nothing_usable(source.folder, rejections)}")
        return linked

    def _content(self) -> Iterator[tuple[str, Iterable[tuple[str, bytes]]]]:
        for folder, files in self._writer.hashes().items():
            yield self._writer.site(folder) or "", files

    def _counted(self, files: Iterable[FolderFile]) -> Iterator[FolderFile]:
        for file in files:
            yield file
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)

    def _store(self, old: set[NodeKey], new: list[FileRecord], linked: LinkedFolder | None = None) -> None:
        if old or new:
            self._has_changes = True
            if linked is not None:
                linked.replace(self._writer.link_targets(old), new)
            replace(self._writer, old, new, self._touched)

    def _report(self, derived: Derived, started: float) -> IngestReport:
        former = self._writer.revision()
        revision = former
        if self._has_changes or revision is None:
            self._writer.number_equal_problems()
            revision = revision_of(self._content())
            self._writer.set_revision(revision)
        graph = self._writer.graphs()[0]
        articles, stubs = graph.counts()
        links_found, links_resolved = graph.link_counts()
        return IngestReport(
            articles=articles,
            stubs=stubs,
            links_found=links_found,
            links_resolved=links_resolved,
            added=derived.added,
            removed=derived.removed,
            changed=derived.changed,
            problems=self._writer.problem_counts(),
            seconds=time.perf_counter() - started,
            revision=revision,
            moved=revision != former,
        )


def _nothing_usable(folder: str, rejections: Sequence[Problem]) -> str:
    """Why a folder holds no document that can be used, by the first problem of each rejected file that was read."""
    if not rejections:
        return "holds no documents, only configuration, parts of pages, or empty files; nothing was changed"
    code, count = min(
        Counter(problem.code for problem in rejections).items(), key=lambda one: (-one[1], one[0])
    )
    example = next(problem for problem in rejections if problem.code == code)
    hint = f" ({example.hint})" if example.hint else ""
    return (
        f"every file is rejected, nothing was changed; {count:,} of {len(rejections):,} for {code}: {example.path}"
        f" {example.message}{hint}; `graph-api check {folder}` shows all"
    )


def _refuse_equal_bases(sites: Mapping[str, Site]) -> None:
    """Raise SourceError when two folders that are read by path would give their articles the same URLs."""
    folders: dict[str, str] = {}
    for folder, site in sorted(sites.items()):
        if site.identity is Identity.BY_PATH:
            other = folders.setdefault(site.base_url, folder)
            if other != folder:
                raise SourceError(
                    f"{other} and {folder} are both read by path, and both below {site.base_url}; nothing was changed;"
                    f" give one of them a base URL of its own: base-url in {folder}/graph-api.toml"
                )


def _is_unchanged(file: FolderFile, former: KnownFile) -> bool:
    """Whether the file has the same text and URL as before: a new file beside it may change its URL."""
    has_same_url = file.url is None or former.identity is None or former.identity == file.url
    return former.sha256 == file.sha256 and has_same_url


def revision_of(folders: Iterable[tuple[str, Iterable[tuple[str, bytes]]]]) -> str:
    """The revision of folders, each given as how it is read, and the paths and hashes of its files: a hash of content.

    It does not depend on the store, on where the folders lie, or on the order in which files were read. How a folder is
    read enters the hash where it is not the way of a folder that is read by URL.
    """
    content = sorted(
        ([[site, ""]] if site not in {"", _BY_URL} else [])
        + sorted([path, sha256.hex()] for path, sha256 in files)
        for site, files in folders
    )
    return hashlib.sha256(orjson.dumps(content)).hexdigest()
