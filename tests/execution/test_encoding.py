"""An answer is as large as allowed and not larger, whichever way it is made, and is refused before it takes memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import AsyncIterator, Coroutine, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, strategies as st

from graph_api.errors import AnswerTooLarge
from graph_api.execution.encoding import SizeBudget, encoded, texts
from graph_api.execution.engine import Answer, Engine
from graph_api.execution.fields import TextChunks
from graph_api.records import Detail
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights, ask
from graph_api.store.protocol import Store
from graph_api.store.reads import DetailRows
from tests.store.build import article, graph

MOST = 1_000_000
LONG = 50_000
NAMES = [f"a{number}" for number in range(10)]
PARENTS = [f"p{number}" for number in range(30)]
REFUSED = {
    "code": "LIMIT_EXCEEDED",
    "limit": "answer",
    "asked": MOST + 1,
    "allowed": MOST,
}
_ALIASES = " ".join(f"a{number}: body" for number in range(30))
TOO_LARGE: Mapping[str, str] = {
    "one text under many aliases": f'{{ article(by: {{slug: "a0"}}) {{ {_ALIASES} }} }}',
    "all texts under many aliases": f"{{ articles(first: 100) {{ nodes {{ {_ALIASES} }} }} }}",
    "texts that stand in many lists": "{ articles(first: 100) { nodes { related { nodes { body } } } } }",
    "texts that stand on many edges": "{ articles(first: 100) { nodes { related { edges { node { body } } } } } }",
    "texts as HTML": "{ articles(first: 100) { nodes { related { nodes { body(format: HTML) } } } } }",
    "texts in an object that stands in many": """{ articles(first: 100) { nodes { provider {
        articles(first: 20) { nodes { body } } } } } }""",
    "texts in many top fields": "{"
    + " ".join(f'f{number}: article(by: {{slug: "a{number % 10}"}}) {{ body }}' for number in range(19))
    + " b: articles(first: 100) { nodes { id body } } }",
    "texts of a large answer": """{ articles(first: 100) { nodes { related(first: 100) {
        edges { node { title body provider { name } } } } } } }""",
    "short texts very often": "{ articles(first: 25) { nodes { related(first: 9) { nodes { provider { articles(first: 100) {"
    " nodes { id title url webUrl slug type isStub } } } } } } } }",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    long = [article(name, slug=name, body="&" + "x" * LONG, provider="p.org") for name in NAMES]
    parents = [article(name, related=NAMES, provider="p.org") for name in PARENTS]
    return graph(tmp_path_factory.mktemp("space") / "graph.sqlite", *long, *parents)


@pytest.fixture
async def store(database: Path) -> AsyncIterator[Store]:
    opened = await open_store(database, reader_connections=1, max_text=MOST)
    yield opened
    await opened.close()


def engine(store: Store, most: int = MOST) -> Engine:
    return Engine(build_schema(), store, Settings(max_answer=most, response_cache_bytes=0))


@pytest.mark.parametrize("query", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_an_answer_that_is_too_large_is_refused_as_a_whole(store: Store, query: str) -> None:
    asking = engine(store)
    first, again = [await asking.execute(query) for _ in range(2)]
    assert first.body == again.body, "from the store and from memory"
    assert (first.executed, first.code) == (False, "LIMIT_EXCEEDED")
    [error] = orjson.loads(first.body)["errors"]
    assert error == {"message": f"the answer has more than {MOST} bytes", "extensions": REFUSED}


@pytest.mark.parametrize("query", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_an_answer_may_have_every_byte_that_is_allowed(database: Path, query: str) -> None:
    store = await open_store(database, reader_connections=1)
    whole = await engine(store, 10**9).execute(query)
    assert whole.code is None
    fits = await engine(store, len(whole.body)).execute(query)
    assert fits.body == whole.body
    over = await engine(store, len(whole.body) - 1).execute(query)
    assert over.code == "LIMIT_EXCEEDED"
    await store.close()


@pytest.mark.parametrize("query", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_what_is_refused_takes_no_more_memory_than_some_answers_of_the_allowed_size(
    store: Store, query: str
) -> None:
    asking = engine(store)
    await asking.execute(query)
    assert await _most_held(asking.execute(query)) < 6 * MOST


async def _most_held(asked: Coroutine[Any, Any, Answer]) -> int:
    tracemalloc.start()
    try:
        await asked
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_texts_of_wide_letters_take_no_more_memory_than_their_bytes_in_the_answer(
    tmp_path: Path,
) -> None:
    """In memory each letter of such a text takes four bytes; in an answer most of these take one."""
    wide = [article(f"w{number}", body="x" * LONG + "😀") for number in range(100)]
    store = await open_store(graph(tmp_path / "g.sqlite", *wide), reader_connections=1)
    asking, query = engine(store, 6_000_000), "{ articles(first: 100) { nodes { body } } }"
    await asking.execute(query)
    assert await _most_held(asking.execute(query)) < 3 * 100 * LONG
    await store.close()


async def test_a_part_of_articles_is_not_refused_for_the_size_of_another(database: Path) -> None:
    store = await open_store(database, reader_connections=1, max_text=LONG)
    found = await engine(store, LONG).execute(
        "{ articles(first: 100) { nodes { id extra featuredContent } } }"
    )
    assert found.code is None
    await store.close()


async def test_long_texts_are_not_read_beyond_what_an_answer_may_have(database: Path) -> None:
    store = await open_store(database, reader_connections=1, max_text=2 * LONG + 2)
    keys = tuple(article(name).key for name in NAMES)
    found, _ = await store.run(ask(DetailRows(keys[:2], Rights(), Detail.BODY)))
    assert len(found) == 2
    with pytest.raises(AnswerTooLarge):
        await store.run(ask(DetailRows(keys[:3], Rights(), Detail.BODY)))
    again, _ = await store.run(ask(DetailRows(keys[:2], Rights(), Detail.BODY)))
    assert again.keys() == found.keys(), "the reader goes on"
    await store.close()


async def test_what_was_read_for_a_refused_answer_is_let_go_at_once(database: Path) -> None:
    most = 8 * LONG
    store = await open_store(database, reader_connections=1, max_text=most)
    asking, query = engine(store, most), "{ articles(first: 100) { nodes { body } } }"
    await asking.execute(query)
    tracemalloc.start()
    gc.disable()  # what holds itself alive would wait for it, on a busy server for long
    try:
        codes = [(await asking.execute(query)).code for _ in range(5)]
        assert tracemalloc.get_traced_memory()[0] < most / 2
        assert set(codes) == {"LIMIT_EXCEEDED"}
    finally:
        gc.enable()
        tracemalloc.stop()
        await store.close()


@given(chunks=st.lists(st.text()))
def test_a_text_in_chunks_is_encoded_and_counted_as_the_whole_text(chunks: list[str]) -> None:
    budget = SizeBudget(MOST)
    [value] = texts([TextChunks(chunks)], budget.take)
    assert encoded(value) == orjson.dumps("".join(chunks))
    assert budget.taken == len(encoded(value))
    with pytest.raises(AnswerTooLarge):
        texts([TextChunks(chunks)], SizeBudget(budget.taken - 1).take)
