"""An ingest writes alike to every store: after any changes of the files, they answer all reads alike."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.documents.document import Document
from graph_api.errors import StoreError
from graph_api.ingest.pipeline import replace_all
from graph_api.records import Detail, EdgeDirection, EdgeKind, NodeKey
from graph_api.store import at
from graph_api.store.lists import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    RelatedArticles,
    Window,
)
from graph_api.store.plans import Read, Rights
from graph_api.store.protocol import StoreLocation
from graph_api.store.reads import (
    ArticleRows,
    ChildKeys,
    Counts,
    DetailRows,
    EdgesAmong,
    ImageRows,
    Lists,
    ProblemRows,
    ProviderRows,
    SourceRows,
    Status,
    TopicKeys,
    TopicKeysByName,
    TopicRows,
)
from tests.ingest.build import source
from tests.ingest.test_derivation import (
    TOPICS,
    Slot,
    State,
    documents,
    edits_of_files,
    folders,
    slots,
)
from tests.store.dict_store import DictStore
from tests.store.stores import answers, plain

_MEMORY = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)
_LISTS: tuple[ListKey, ...] = (AllArticles(), AllProviders(), AllTopics(), AllProblems())


@settings(max_examples=40, deadline=None)
@given(
    state=st.dictionaries(slots, documents, max_size=8),
    steps=st.lists(edits_of_files, min_size=1, max_size=4),
)
def test_after_any_changes_of_the_files_stores_answer_alike(
    state: State, steps: list[list[tuple[Slot, Document | str | None]]]
) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        stores: list[StoreLocation] = [at(Path(place, "g.db")), DictStore()]
        for edits in [[], *steps]:
            for slot, document in edits:
                if isinstance(document, str):
                    state.pop(slot, None)
                else:
                    state[slot] = document
            moved = {ingest(store, state) for store in stores}
            assert len(moved) == 1, "revisions are those of the content"
            for rights in (Rights(), Rights(published_only=True)):
                found, expected = (everything(store, rights) for store in stores)
                assert found == expected


def ingest(store: StoreLocation, state: State) -> tuple[Any, ...]:
    """What an ingest of the files reports, its duration aside."""
    sources = [source(folder, files) for folder, files in folders(state).items()]
    report = replace_all(sources, store, only=True, progress=None)
    return (
        *(report.articles, report.stubs, report.added, report.removed, report.changed),
        *(report.links_found, report.links_resolved),
        *(report.revision, report.moved, *report.problems.values()),
    )


def everything(store: StoreLocation, rights: Rights) -> dict[Read[Any], Any]:
    """The answers to reads about all nodes that *rights* show, found from the lists."""
    lists = [Lists((key,), rights, Window(100)) for key in _LISTS]
    slices = [answer[key] for key, answer in zip(_LISTS, answers(store, lists), strict=True)]
    articles, providers, topics, problems = (slice.keys for slice in slices)
    reads = [*lists, *_reads(rights, articles, providers, topics, problems)]
    return dict(zip(reads, map(plain, answers(store, reads)), strict=True))


def _reads(
    rights: Rights,
    articles: tuple[NodeKey, ...],
    providers: tuple[NodeKey, ...],
    topics: tuple[NodeKey, ...],
    problems: tuple[NodeKey, ...],
) -> Iterator[Read[Any]]:
    yield Status(rights)
    for kind in (ArticleRows, ImageRows, SourceRows, TopicKeys):
        yield kind(articles, rights)
    yield from (DetailRows(articles, rights, detail) for detail in Detail)
    yield ProviderRows(providers, rights)
    yield TopicRows(topics, rights)
    yield ChildKeys(topics, rights)
    yield ProblemRows(problems, rights)
    yield TopicKeysByName(TOPICS, rights)
    yield EdgesAmong(articles, (*articles, *providers, *topics), frozenset(EdgeKind), rights)
    related = [RelatedArticles(key, way) for key in articles for way in EdgeDirection]
    yield from (Lists((key,), rights, Window(100)) for key in related)
    of_others: list[ListKey] = [*map(ArticlesOfProvider, providers), *map(ArticlesOfTopic, topics)]
    yield from (Lists((key,), rights, Window(100)) for key in of_others)
    yield from (Counts((key,), rights) for key in (*_LISTS, *related, *of_others))


def test_nothing_is_kept_of_an_ingest_that_fails(tmp_path: Path) -> None:
    for store in (at(tmp_path / "g.db"), DictStore()):
        ingest(store, {})
        before = everything(store, Rights())
        with pytest.raises(RuntimeError):
            store.write(_broken, program="another")
        assert everything(store, Rights()) == before


def _broken(writer: Any) -> None:
    writer.remove_files([file.key for file in writer.known_files("/first").values()])
    raise RuntimeError


def test_content_of_another_program_is_not_dropped_while_it_holds_other_folders(tmp_path: Path) -> None:
    for store in (at(tmp_path / "g.db"), DictStore()):
        ingest(store, {})
        with pytest.raises(StoreError):
            store.write(lambda _: None, program="another", folders={"/first"})
