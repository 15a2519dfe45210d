"""Rankings and their pages: the same parts of the list that a plain sorted list has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from graph_api.records import NodeKey
from graph_api.schema.ranking import Ranking, Scores, fraction, integers, page_of
from graph_api.search import Document, Hit, Kind, build, match, parse
from graph_api.store.driver import run
from graph_api.store.filters import FlagField, FlagIs
from graph_api.store.lists import Place, Window
from graph_api.store.plans import Read, Rights
from graph_api.store.reads import FittingKeys
from tests.schema.asking import ask, ask_now, refusal
from tests.store.build import article, graph

_FLAG = FlagIs(FlagField.IS_STUB, value=False)
_TITLES = ("azure", "azure data", "azure azure lake", "data", "azure x y z")


def _order(hit: Hit) -> tuple[int, int]:
    return -hit.score, hit.key


_places = st.none() | st.builds(
    lambda score, key: Place((score, NodeKey(key))), st.integers(0, 9000), st.integers(0, 40)
)


@given(
    st.booleans(),
    st.lists(st.sampled_from(_TITLES), max_size=12),
    st.integers(0, 4),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 11), _places),
    st.one_of(st.none(), st.integers(0, 11), _places),
    st.booleans(),
)
def test_a_page_is_what_is_strictly_between_two_places(
    ranks_scores: bool,
    titles: list[str],
    size: int,
    backward: bool,
    after: Place | int | None,
    before: Place | int | None,
    is_filtered: bool,
) -> None:
    documents = [Document(3 * key + 1, Kind.ARTICLE, title) for key, title in enumerate(titles)]
    matches: Ranking = match(build("r", documents), parse("azure"))
    if ranks_scores:
        hits = matches.first(100)[::-1]
        matches = Scores(*(np.array([hit[part] for hit in hits], np.int64) for part in (0, 1)))
    whole = [hit for hit in matches.first(100) if not is_filtered or _fits(hit.key)]
    start, end = (_place(whole, bound) for bound in (after, before))
    rights, window = Rights(), Window(size, start, end, backward)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("graph_api.schema.ranking._PORTION", 2)
        page = run(page_of(matches, window, _FLAG if is_filtered else None, rights), _answer)
    low, high = ((-place.sort[0], place.key) if place else None for place in (start, end))  # type: ignore[operator]
    inside = [
        hit for hit in whole if (low is None or _order(hit) > low) and (high is None or _order(hit) < high)
    ]
    shown = inside[max(0, len(inside) - size) :] if backward else inside[:size]
    assert [item.key for item in page.items] == [hit.key for hit in shown]
    assert [item.sort for item in page.items] == [(hit.score, hit.key) for hit in shown]
    more = len(inside) > size
    beyond = high is not None and any(_order(hit) >= high for hit in whole)
    prior = low is not None and any(_order(hit) <= low for hit in whole)
    assert page.has_next == (beyond or (more and not backward))
    assert page.has_previous == (prior or (more and backward))


def _fits(key: int) -> bool:
    return key % 2 == 0


def _answer(read: Read[Any]) -> Any:
    """The keys that the filter keeps."""
    assert isinstance(read, FittingKeys)
    assert read.filter == _FLAG
    return frozenset(key for key in read.keys if _fits(key))


def _place(whole: list[Hit], bound: Place | int | None) -> Place | None:
    """A place of the list, one that need not be in it, or none."""
    if isinstance(bound, int):
        hit = whole[bound % len(whole)] if whole else None
        return Place((hit.score, NodeKey(hit.key))) if hit else None
    return bound


# -- scores ----------------------------------------------------------------------------------------------


_hits = st.builds(Hit, st.integers(-5, 25), st.integers(-3, 3))


@given(
    st.dictionaries(st.integers(0, 20), st.integers(-2, 2), max_size=12),
    st.integers(0, 14),
    st.none() | _hits,
)
def test_scores_have_the_order_of_a_sorted_list(nodes: dict[int, int], count: int, bound: Hit | None) -> None:
    scores = Scores(np.array(list(nodes), np.int64), np.array(list(nodes.values()), np.int64))
    whole = sorted((Hit(key, score) for key, score in nodes.items()), key=_order)
    follow = [hit for hit in whole if bound is None or _order(hit) > _order(bound)]
    precede = [hit for hit in whole if bound is None or _order(hit) < _order(bound)]
    assert scores.first(count, bound) == follow[:count]
    assert scores.last(count, bound) == precede[max(len(precede) - count, 0) :]


@given(st.lists(st.floats(0, 1e300), min_size=2, max_size=2))
def test_the_integers_of_scores_have_their_order_and_give_them_back(scores: list[float]) -> None:
    one, other = integers(np.array(scores)).tolist()
    assert (one < other, one == other) == (scores[0] < scores[1], scores[0] == scores[1])
    assert fraction(one) == scores[0]


# -- lists of articles -------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        article("a", related=["b", "c"], topics=["t"]),
        article("b", related=["c"], topics=["t"]),
        article("c", related=["b"]),
        article("d", related=["b"], topics=["t"], published=False),
    )


def titles(found: Any) -> list[str]:
    return [node["title"] for node in found["nodes"]]


def test_every_list_of_articles_can_be_sorted_by_page_rank(path: Path) -> None:
    by = "orderBy: {field: PAGE_RANK}"
    query = f"""{{ all: articles({by}) {{ nodes {{ title }} }}
        rising: articles(orderBy: {{field: PAGE_RANK, direction: ASC}}) {{ nodes {{ title }} }}
        some: articles({by}, filter: {{title: {{ne: "b"}}}}) {{ nodes {{ title }} }}
        topic(by: {{slug: "t"}}) {{ articles({by}) {{ nodes {{ title }} }} }}
        article(by: {{slug: "a"}}) {{ related({by}) {{ nodes {{ title }} edges {{ position node {{ title }} }} }} }} }}"""
    found = ask(path, query)
    order = titles(found["all"])
    assert order[:2] == ["b", "c"]
    assert sorted(order) == list("abcd")
    assert titles(found["some"]) == [title for title in order if title != "b"]
    assert titles(found["topic"]["articles"]) == [title for title in order if title != "c"]
    rank = {title: place for place, title in enumerate(titles(found["rising"]))}
    assert rank["b"] == 3
    assert rank["c"] == 2
    related = found["article"]["related"]
    assert titles(related) == ["b", "c"]
    assert [edge["position"] for edge in related["edges"]] == [0, 1]


def test_pages_by_page_rank_follow_each_other(path: Path) -> None:
    query = """query ($after: String, $before: String, $first: Int, $last: Int) {
        articles(orderBy: {field: PAGE_RANK}, first: $first, after: $after, last: $last, before: $before) {
            nodes { title } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }"""
    whole = titles(ask(path, query, first=10)["articles"])
    start = ask(path, query, first=2)["articles"]
    rest = ask(path, query, first=2, after=start["pageInfo"]["endCursor"])["articles"]
    assert titles(start) + titles(rest) == whole
    assert not rest["pageInfo"]["hasNextPage"]
    back = ask(path, query, last=1, before=rest["pageInfo"]["startCursor"])["articles"]
    assert titles(back) == whole[1:2]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("[{field: PAGE_RANK}, {field: TITLE}]", "must be the only criterion"),
        ("[{field: TITLE}, {field: TRENDING}]", "must be the only criterion"),
        ("{field: TRENDING, direction: ASC}", "must have the direction DESC"),
    ],
)
def test_an_order_by_score_stands_alone(path: Path, order: str, message: str) -> None:
    [error] = refusal(path, f"{{ articles(orderBy: {order}) {{ nodes {{ id }} }} }}")
    assert message in error["message"]


# -- trending ----------------------------------------------------------------------------------------------


def trending(path: Path, arguments: str = "", **variables: Any) -> Any:
    query = f"""query ($after: String) {{ trending(asOf: "1970-01-12T00:00:00Z"{arguments}, after: $after) {{
        asOf totalCount nodes {{ title }} pageInfo {{ endCursor }} edges {{ score ageHours node {{ title }} }} }} }}"""
    return ask(path, query, **variables)["trending"]


def test_trending_scores_are_heat_by_age(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("new", day=10, heat=100),
        article("old", day=0, heat=1000),
        article("cold", day=10, heat=-1),
        article("undated", heat=1000),
        article("later", day=13, heat=10_000),
    )
    found = trending(path)
    assert found["totalCount"] == 4
    scores = {edge["node"]["title"]: edge["score"] for edge in found["edges"]}
    assert scores["new"] == pytest.approx(100 / 26**1.8)
    assert scores["old"] == scores["undated"] == pytest.approx(1000 / (11 * 24 + 2) ** 1.8)
    assert scores["cold"] == 0
    ages = {edge["node"]["title"]: edge["ageHours"] for edge in found["edges"]}
    assert (ages["new"], ages["old"], ages["undated"]) == (24, 11 * 24, None)
    assert found["nodes"][0]["title"] == "new"
    falls_slowly = trending(path, ", gravity: 0.1")["nodes"]
    assert falls_slowly[-1]["title"] == "cold"
    assert {node["title"] for node in falls_slowly[:2]} == {"old", "undated"}


@pytest.mark.parametrize(("quality", "first"), [(5, "a"), (None, "b")])
def test_quality_and_page_rank_stand_in_for_heat(tmp_path: Path, quality: int | None, first: str) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"], quality=quality), article("b"))
    assert trending(path)["nodes"][0]["title"] == first


def test_all_pages_are_of_the_moment_of_the_first(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *(article(name, day=10, heat=9) for name in "abc"))
    query = """query ($after: String) { trending(first: 1, after: $after) {
        asOf nodes { title } pageInfo { endCursor } } }"""
    first = ask_now(path, query)["trending"]
    second = ask_now(path, query, after=first["pageInfo"]["endCursor"])["trending"]
    assert first["asOf"] == second["asOf"]
    assert titles(first) != titles(second)
