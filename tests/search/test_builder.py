"""An index is made of texts alone: from a former one it is the same bytes as from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, strategies as st

from graph_api.search import Document, Index, Kind, build, builder, load, save
from tests.search.plain_search import article

_words = st.lists(
    st.sampled_from(
        ["azure", "data", "c++", ".net", "2.0", "机器学习", "学", "हिन्दी", "lake", "x" * 70, "x" * 71]
    ),
    max_size=5,
).map(" ".join)
_documents = st.builds(
    Document, st.integers(1, 30), st.sampled_from(Kind), _words, _words, _words, _words, _words
)
corpora = st.lists(_documents, max_size=12, unique_by=lambda document: document.key)


def saved(index: Index) -> bytes:
    with TemporaryDirectory() as folder:
        save(index, Path(folder, "index"))
        return Path(folder, "index").read_bytes()


@given(st.lists(corpora, min_size=2, max_size=4))
def test_step_by_step_is_as_at_once(steps: list[list[Document]]) -> None:
    index = build("r", [])
    for documents in steps:
        index = build("r", documents, index)
        assert saved(index) == saved(build("r", documents))


def test_a_mapped_index_is_a_former_one_too(tmp_path: Path) -> None:
    before = [article(key, f"azure {key}", "data lake") for key in range(1, 3000)]
    save(build("one", before), tmp_path / "index")
    after = [*before[5:], article(1, "azure 1", "other"), article(9000, "c++ new")]
    assert saved(build("two", after, load(tmp_path / "index"))) == saved(build("two", after))


def test_documents_with_equal_texts_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [article(1, "azure"), article(2, "data"), article(3, "lake")]
    former = build("one", before)
    read: list[str] = []

    def reading(text: str) -> list[str]:
        read.append(text)
        return text.split()

    monkeypatch.setattr(builder, "sequence", reading)
    build("two", [before[0], article(2, "new data"), before[2]], former)
    assert read == ["new data"]


def _shuffled(documents: Sequence[Document]) -> list[Document]:
    return [*documents[1::2], *documents[::2]]


@given(corpora)
def test_the_order_of_documents_and_the_size_of_chunks_do_not_matter(documents: list[Document]) -> None:
    expected = saved(build("r", documents))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(builder, "_CHUNK_WORDS", 3)
        assert saved(build("r", _shuffled(documents))) == expected
