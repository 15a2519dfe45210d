"""Documents and plans: what is remembered, and what `@skip` and `@include` make of one text."""

from __future__ import annotations

import gc
import traceback
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from graph_api.errors import OperationRefused
from graph_api.execution.admission import Admission, mentions_clock, reads_clock
from graph_api.execution.operation_cache import OperationCache, Prepared, graphql_schema
from graph_api.settings import Settings
from tests.execution.parity import api
from tests.schema.asking import ask
from tests.store.build import article, graph

CHOICE = """query ($with: Boolean!, $without: Boolean = false) {
    articles(first: 1) { nodes { title @include(if: $with) ... @skip(if: $without) { slug } ...F @include(if: $with) } }
} fragment F on Article { type }"""


FIELDS = "id title excerpt url publishedDateTime quality provider { id name domain } topics { id name }"


def _prepared(preparation: OperationCache, query: str, **variables: Any) -> Prepared:
    return preparation.prepared(query, variables, None, repr(variables).encode())


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("documents") / "g.db", article("a"))


@pytest.mark.parametrize(
    ("variables", "fields"),
    [
        ({"with": True}, {"title": "a", "slug": "a", "type": "article"}),
        ({"with": False}, {"slug": "a"}),
        ({"with": True, "without": True}, {"title": "a", "type": "article"}),
        ({"with": False, "without": True}, {}),
    ],
)
def test_one_text_has_a_plan_for_each_choice_of_its_conditions(
    path: Path, variables: dict[str, Any], fields: dict[str, str]
) -> None:
    assert ask(path, CHOICE, **variables) == {"articles": {"nodes": [fields]}}


def test_plans_are_shared_by_operations_that_differ_in_arguments_only() -> None:
    preparation = OperationCache(api(), Settings())
    query = "query ($n: Int, $b: Boolean!) { articles(first: $n) { nodes { id title @skip(if: $b) } } }"
    first = _prepared(preparation, query, n=1, b=True)
    assert _prepared(preparation, query, n=2, b=True).plan is first.plan
    assert _prepared(preparation, query, n=1, b=False).plan is not first.plan


def test_an_operation_that_comes_again_is_prepared_once() -> None:
    preparation = OperationCache(api(), Settings())
    assert _prepared(preparation, "{ revision }") is _prepared(preparation, "{ revision }")


def test_a_document_is_validated_once_for_all_its_operations() -> None:
    documents = Admission(graphql_schema(api()), Settings())
    text = "query A { revision } query B { cost { limit } }"
    one, other = documents.admitted(text, "A", {}), documents.admitted(text, "B", {})
    assert one.document is other.document
    assert documents.admitted(text, "A", {}) is one


def test_what_was_refused_is_refused_again() -> None:
    documents = Admission(graphql_schema(api()), Settings())
    for _ in range(2):
        with pytest.raises(OperationRefused):
            documents.admitted("{ nothing }", None, {})


@pytest.mark.parametrize(
    ("query", "variables", "timeless"),
    [
        ("{ articles { totalCount } }", {}, True),
        ('{ articles(filter: {publishedDateTime: {within: "P7D"}}) { totalCount } }', {}, False),
        (
            "query ($f: ArticleFilter) { articles(filter: $f) { totalCount } }",
            {"f": {"and": [{"publishedDateTime": {"within": "P7D"}}]}},
            False,
        ),
        ("query ($f: ArticleFilter) { articles(filter: $f) { totalCount } }", {"f": {}}, True),
    ],
)
def test_only_what_does_not_read_the_clock_is_timeless(
    query: str, variables: dict[str, Any], *, timeless: bool
) -> None:
    assert _prepared(OperationCache(api(), Settings()), query, **variables).timeless is timeless


def test_what_reads_the_clock_is_prepared_anew_each_time() -> None:
    preparation = OperationCache(api(), Settings())
    query = '{ articles(filter: {publishedDateTime: {within: "PT1S"}}) { totalCount } }'
    assert _prepared(preparation, query) is not _prepared(preparation, query)


def test_the_clock_is_found_as_a_word_in_texts_and_as_a_field_in_variables() -> None:
    assert mentions_clock("{ x(within: 1) }")
    assert not mentions_clock("{ x }")
    assert mentions_clock("{ trending { totalCount } }")
    assert reads_clock([{"a": {"within": "P1D"}}])
    assert reads_clock({"orderBy": [{"field": "TRENDING"}]})
    assert not reads_clock({"a": ["within", 1, None]})


def test_a_variable_of_the_wrong_type_does_not_stand_for_a_number_in_what_is_remembered() -> None:
    """An object with sixty fields once had the measures of the number sixty."""
    query = """query ($n: Int) { articles(first: $n) { nodes { related(first: $n) { nodes {
        related(first: $n) { nodes { id } } } } } } }"""
    documents = Admission(graphql_schema(api()), Settings())
    documents.admitted(query, None, {"n": {str(number): 0 for number in range(60)}})
    with pytest.raises(OperationRefused):
        documents.admitted(query, None, {"n": 60})


def test_what_is_remembered_of_a_text_takes_no_more_memory_than_is_counted() -> None:
    preparation = OperationCache(api(), Settings())
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Article {{ {FIELDS} related {{ nodes {{ {FIELDS} }} }} }} }} }}"
    texts = [f"{query} #{number}" for number in range(30)]
    _prepared(preparation, query, id="article:aaaaaaaaaaaaaaaa")
    tracemalloc.start()
    try:
        for text in texts:
            for letter in "ab":
                _prepared(preparation, text, id="article:" + letter * 16)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    known = [preparation._admission.known(text) for text in texts]
    assert taken < sum(one.size for one in known if one)


def test_texts_used_longest_ago_are_forgotten_with_all_that_was_made_of_them() -> None:
    preparation = OperationCache(api(), Settings())
    texts = [f"{{ revision }} #{number}{'x' * 15_000}" for number in range(20)]
    for text in texts:
        _prepared(preparation, text)
    known = [preparation.known(text, None, b"{}") is not None for text in texts]
    assert known == [False] * known.index(True) + [True] * known.count(True)
    assert 0 < known.count(True) < 15
    assert preparation._admission.known(texts[0]) is None


def test_of_a_text_that_is_asked_with_ever_new_variables_not_all_is_remembered() -> None:
    preparation = OperationCache(api(), Settings())
    query = "query ($w: String!) { articles(filter: { title: { eq: $w } }) { totalCount } }"
    sizes: list[int] = []
    for number in range(600):
        _prepared(preparation, query, w=f"{number}{'x' * 1_500}")
        known = preparation._admission.known(query)
        assert known is not None
        sizes.append(known.size)
    assert max(sizes) < 2**23
    assert sizes != sorted(sizes)


def test_validation_begins_no_collection_that_would_settle_what_it_works_with() -> None:
    preparation = OperationCache(api(), Settings())
    begun: list[str] = []
    before = gc.get_threshold()

    def told(phase: str, info: dict[str, int]) -> None:
        frames = [frame.name for frame in traceback.extract_stack()]
        begun.extend(name for name in frames if name == "validate" and phase == "start" and info)

    gc.callbacks.append(told)
    gc.set_threshold(1, 1, 1)
    try:
        for number in range(3):
            with pytest.raises(OperationRefused):
                _prepared(preparation, f"{{ nothing }} #{number}")
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(told)
    assert gc.isenabled()
    assert not begun


def test_what_is_forgotten_leaves_nothing_to_the_garbage_collector() -> None:
    preparation = OperationCache(api(), Settings())
    _prepared(preparation, CHOICE, **{"with": True})
    gc.collect()
    gc.disable()
    try:
        for number in range(20):
            _prepared(preparation, f"{CHOICE} #{number}", **{"with": True})
        gc.collect()  # what validation leaves
        del preparation
        assert gc.collect() == 0
    finally:
        gc.enable()
