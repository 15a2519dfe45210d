"""Pages: every item exactly once in either direction, and a defined answer to every bad argument."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from graph_api.schema.paging import decode_cursor, encoded, listing
from graph_api.settings import Settings
from graph_api.store.sorting import ListKind
from tests.schema.asking import ask, refusal
from tests.store.build import article, graph, problem, topic

ARTICLES = """query ($first: Int, $after: String, $last: Int, $before: String, $order: [ArticleOrder!]) {
    articles(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
      totalCount edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles with equal and missing sort keys."""
    qualities = [3, 3, None, 7, None, 3, 0]
    return graph(
        tmp_path_factory.mktemp("paging") / "g.db",
        *(
            article(name, quality=quality, day=1 if quality == 3 else quality)
            for name, quality in zip("abcdefg", qualities, strict=True)
        ),
    )


def _walked(path: Path, size: int, *, backward: bool, **variables: Any) -> list[str]:
    titles: list[str] = []
    cursor: str | None = None
    while True:
        window: dict[str, Any] = (
            {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        )
        page = ask(path, ARTICLES, **window, **variables)["articles"]
        found = [edge["node"]["title"] for edge in page["edges"]]
        titles = [*found, *titles] if backward else [*titles, *found]
        info = page["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return titles
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize(
    "order",
    [
        [],
        [{"field": "QUALITY"}],
        [{"field": "QUALITY", "direction": "ASC", "nulls": "FIRST"}, {"field": "TITLE"}],
        [{"field": "PUBLISHED_DATE_TIME", "direction": "ASC"}],
    ],
)
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
def test_all_pages_together_are_the_whole_list_once(
    path: Path, order: list[dict[str, str]], *, backward: bool
) -> None:
    whole = [edge["node"]["title"] for edge in ask(path, ARTICLES, order=order)["articles"]["edges"]]
    assert sorted(whole) == list("abcdefg")
    for size in (1, 2, 3, 7):
        assert _walked(path, size, backward=backward, order=order) == whole


def test_problems_are_paged_from_either_end(tmp_path: Path) -> None:
    lines = [("a", 1), ("a", 2), ("a", 3), ("b", None), ("b", 1)]
    path = graph(tmp_path / "g.db", *(problem("W201", file, line=line) for file, line in lines))
    query = """query ($before: String) { contentReport { problems(last: 3, before: $before) {
        nodes { path line } pageInfo { hasPreviousPage startCursor } } } }"""
    latest = ask(path, query)["contentReport"]["problems"]
    earlier = ask(path, query, before=latest["pageInfo"]["startCursor"])["contentReport"]["problems"]
    assert [(one["path"], one["line"]) for one in [*earlier["nodes"], *latest["nodes"]]] == lines
    assert (latest["pageInfo"]["hasPreviousPage"], earlier["pageInfo"]["hasPreviousPage"]) == (True, False)


def test_equal_and_missing_keys_are_ordered_by_id_and_nulls_stand_where_asked(path: Path) -> None:
    def titles(nulls: str) -> list[str]:
        order = [{"field": "QUALITY", "nulls": nulls}]
        return [edge["node"]["title"] for edge in ask(path, ARTICLES, order=order)["articles"]["edges"]]

    by_id = sorted("abf", key=lambda name: article(name).id)
    missing = sorted("ce", key=lambda name: article(name).id)
    assert titles("LAST") == ["d", *by_id, "g", *missing]
    assert titles("FIRST") == [*missing, "d", *by_id, "g"]


def test_a_page_is_twenty_items_when_nothing_is_asked(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *(article(f"n{number}") for number in range(25)))
    page = ask(path, ARTICLES)["articles"]
    assert (len(page["edges"]), page["totalCount"], page["pageInfo"]["hasNextPage"]) == (20, 25, True)


def test_the_page_between_two_cursors_is_what_lies_strictly_between(path: Path) -> None:
    edges = ask(path, ARTICLES)["articles"]["edges"]
    page = ask(path, ARTICLES, after=edges[1]["cursor"], before=edges[4]["cursor"])["articles"]
    assert page["edges"] == edges[2:4]
    assert page["pageInfo"]["hasNextPage"] is True
    assert page["pageInfo"]["hasPreviousPage"] is True


@pytest.mark.parametrize("field", ["articles", "providers", "topics"])
def test_a_page_of_no_items_still_has_its_page_info_and_count(path: Path, field: str) -> None:
    query = f"""query ($first: Int, $last: Int, $after: String, $before: String) {{
        page: {field}(first: $first, last: $last, after: $after, before: $before) {{ totalCount
          edges {{ cursor }} nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    [*_, last] = ask(path, query, first=100)["page"]["edges"] or [None]
    count = ask(path, query)["page"]["totalCount"]

    def shown(**window: Any) -> tuple[bool, bool]:
        page = ask(path, query, **window)["page"]
        info = page["pageInfo"]
        assert (page["edges"], page["nodes"], page["totalCount"]) == ([], [], count)
        assert (info["startCursor"], info["endCursor"]) == (None, None)
        return info["hasPreviousPage"], info["hasNextPage"]

    assert shown(first=0) == (False, count > 0)
    assert shown(last=0) == (count > 0, False)
    if last:
        assert shown(first=0, after=last["cursor"]) == (True, False)
        assert shown(last=0, before=last["cursor"]) == (count > 1, True)


def test_related_articles_have_pages_of_no_items_too(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"]))
    query = """{ article(by: {url: "https://example.org/a"}) { %s {
        totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } } }"""
    for window, (has_previous, has_next) in (("first: 0", (False, True)), ("last: 0", (True, False))):
        for direction, filled in (("OUT", True), ("IN", False), ("BOTH", True)):
            page = ask(path, query % f"related(direction: {direction}, {window})")["article"]["related"]
            info = {"hasNextPage": has_next and filled, "hasPreviousPage": has_previous and filled}
            assert page == {"totalCount": int(filled), "nodes": [], "pageInfo": info}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"last": -1}, "last must be between 0 and 100; got -1"),
        ({"first": 101}, "first must be between 0 and 100; got 101"),
        ({"last": 101}, "last must be between 0 and 100; got 101"),
        ({"first": -1}, "first must be between 0 and 100; got -1"),
        ({"first": 1, "last": 1}, "first and last cannot be combined"),
    ],
)
def test_page_sizes_that_cannot_work_refuse_the_operation(
    path: Path, variables: dict[str, Any], told: str
) -> None:
    [error] = refusal(path, ARTICLES, **variables)
    assert error["message"].startswith(told)
    assert error["extensions"]["code"] == "BAD_PAGE"
    assert error["path"] == ["articles"]


def _forged(*values: Any, preceding: tuple[int, ...] = ()) -> str:
    payload = pack(f">B{len(preceding)}Q", len(preceding), *preceding) + json.dumps(values).encode()
    return encoded(payload, listing(ListKind.ARTICLES).seal)


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "zz", "!!!", "AAAA", _forged(), _forged("text", 1), _forged(1), _forged(1, 2**63)),
        *(_forged(1, None), _forged([1], 2), _forged(1, 2, 3), _forged(1.5, 2), "ä" * 10, "A" * 10_000),
        *(_forged(1, 2, preceding=(2**63,)), _forged(1, 2, preceding=tuple(range(9)))),
    ],
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_broken_cursors_are_refused(path: Path, cursor: str, side: str) -> None:
    variables: dict[str, Any] = {side: cursor}
    [error] = refusal(path, ARTICLES, **variables)
    assert error["extensions"]["code"] == "BAD_CURSOR"
    assert error["message"].startswith(f"{side} must be a cursor returned by the same field")


def test_a_cursor_of_another_list_or_order_is_refused(path: Path) -> None:
    by_quality = ask(path, ARTICLES, order=[{"field": "QUALITY"}])["articles"]["pageInfo"]["endCursor"]
    newest = ask(path, ARTICLES)["articles"]["pageInfo"]["endCursor"]
    assert refusal(path, ARTICLES, after=by_quality)
    assert refusal(path, ARTICLES, after=newest, order=[{"field": "HEAT"}])
    assert refusal(path, "query ($c: String) { providers(after: $c) { nodes { id } } }", c=newest)


def test_a_cursor_stays_valid_when_its_article_is_removed(tmp_path: Path) -> None:
    with_c = graph(tmp_path / "old.db", *(article(name, day=day) for day, name in enumerate("abcde")))
    edges = ask(with_c, ARTICLES)["articles"]["edges"]
    [cursor] = [edge["cursor"] for edge in edges if edge["node"]["title"] == "c"]
    without_c = graph(
        tmp_path / "new.db", *(article(name, day=day) for day, name in enumerate("abcde") if name != "c")
    )
    page = ask(without_c, ARTICLES, after=cursor)["articles"]
    assert [edge["node"]["title"] for edge in page["edges"]] == ["b", "a"]


RELATED = """query ($first: Int, $after: String) { article(by: {url: "https://example.org/a"}) {
    related(first: $first, after: $after) { nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""


@pytest.mark.parametrize(
    ("before", "turned", "now", "rest"),
    [
        ("bcd", 2, "cd", "d"),  # an item before the cursor's is removed
        ("bcd", 2, "bd", "d"),  # the cursor's item is removed
        ("bcd", 2, "d", "d"),  # it and all before it are removed
        ("bcd", 1, "dbc", "c"),  # an item after the cursor's moves to the front: missed
        ("bcd", 2, "dbc", ""),
        ("bcd", 2, "cbd", "bd"),  # an item before the cursor's moves behind it: repeated
        ("bcd", 1, "xbycd", "ycd"),  # items are added
        ("bcdefghijklm", 11, "bcm", "m"),  # all that a cursor remembers are removed: the position decides,
        ("bcdefghijklm", 11, "m", ""),  # and may be wrong when still more are
    ],
)
def test_related_articles_are_not_lost_when_the_list_changes(
    tmp_path: Path, before: str, turned: int, now: str, rest: str
) -> None:
    old = graph(tmp_path / "old.db", article("a", related=before))
    new = graph(tmp_path / "new.db", article("a", related=now))
    cursor = ask(old, RELATED, first=turned)["article"]["related"]["pageInfo"]["endCursor"]
    page = ask(new, RELATED, first=100, after=cursor)["article"]["related"]
    assert "".join(node["title"] for node in page["nodes"]) == rest
    assert page["pageInfo"]["hasPreviousPage"] == (len(rest) < len(now))


def test_a_cursor_says_nothing_of_hidden_articles(tmp_path: Path) -> None:
    shown = [article(name, day=day) for day, name in enumerate("abc")]
    path = graph(tmp_path / "g.db", *shown, article("hid", day=1, published=False))
    other = article("nowhere")
    pages = [
        ask(path, ARTICLES, Settings(published_only=True), after=_forged(1, 0, preceding=(key,)))
        for key in (article("hid").key, other.key)
    ]
    assert pages[0] == pages[1]


def test_cursors_of_long_titles_are_short_and_find_their_item(tmp_path: Path) -> None:
    titles = [letter + "x" * 9_999 for letter in "abc"]
    path = graph(tmp_path / "g.db", *(article(title[0], title=title) for title in titles))
    order = [{"field": "TITLE", "direction": "ASC"}]
    edges = ask(path, ARTICLES, order=order)["articles"]["edges"]
    assert max(len(edge["cursor"]) for edge in edges) < 700
    page = ask(path, ARTICLES, order=order, after=edges[0]["cursor"])["articles"]
    assert [edge["node"]["title"][0] for edge in page["edges"]] == ["b", "c"]
    without = graph(tmp_path / "without.db", article("b", title=titles[1]), article("c", title=titles[2]))
    last = ask(without, ARTICLES, order=order, after=edges[1]["cursor"])["articles"]["edges"]
    assert [edge["node"]["title"][0] for edge in last] == ["c"]


def test_cursors_of_the_former_format_are_refused(path: Path) -> None:
    former = "rbgxcFsxNjMwMTcwNTA1MDAwMDAwLDE4MjcwMjk2NzkwNTI1MDc5MV0"
    [error] = refusal(path, ARTICLES, after=former)
    assert error["extensions"]["code"] == "BAD_CURSOR"


def test_a_cursor_with_any_character_changed_is_refused_or_means_the_same(path: Path) -> None:
    cursor = ask(path, ARTICLES, first=3)["articles"]["pageInfo"]["endCursor"]
    good = decode_cursor(cursor, listing(ListKind.ARTICLES))
    for place, character in product(range(len(cursor)), "A_9 é"):
        changed = cursor[:place] + character + cursor[place + 1 :]
        try:
            assert decode_cursor(changed, listing(ListKind.ARTICLES)) == good
        except ValueError:
            continue


def test_every_list_pages_the_same_way(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", related=list("bcd"), topics=["x", "y"], provider="p.org"),
        *(article(name, topics=["x"], provider="p.org", related=["a"]) for name in "bcd"),
        topic("z", parent="x"),
    )
    lists = {
        "article(by: {id: $id}) { found: related(%s) { %s } }": 3,
        "article(by: {id: $id}) { found: related(direction: IN, %s) { %s } }": 3,
        "article(by: {id: $id}) { found: related(direction: BOTH, %s) { %s } }": 3,
        'provider(by: {domain: "P.org"}) { found: articles(%s) { %s } }': 4,
        'topic(by: {slug: "x"}) { found: articles(%s) { %s } }': 4,
        'topic(by: {name: "X"}) { found: articles(includeDescendants: true, %s) { %s } }': 4,
        "found: providers(%s) { %s }": 1,
        "found: topics(%s) { %s }": 3,
    }
    shown = "totalCount edges { cursor node { id } } nodes { id } pageInfo { hasNextPage endCursor }"
    for (text, count), size in product(lists.items(), (1, 2)):
        ids: list[str] = []
        after = ""
        while True:
            query = f"query ($id: ID!) {{ revision node(id: $id) {{ id }} {text % (f'first: {size}{after}', shown)} }}"
            data = ask(path, query, id=article("a").id)
            page = (
                data.get("found")
                or next(data[name] for name in ("article", "provider", "topic") if name in data)["found"]
            )
            ids += [node["id"] for node in page["nodes"]]
            assert page["totalCount"] == count
            assert page["nodes"] == [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = f', after: "{page["pageInfo"]["endCursor"]}"'
        assert len(ids) == len(set(ids)) == count, text
