"""The fields of single nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_api.schema.inputs import BodyFormat
from graph_api.schema.resolvers import articles
from graph_api.settings import Settings
from graph_api.store import at
from graph_api.store.plans import Pause, Reads, Rights, ask as ask_store
from graph_api.store.reads import ArticleRows, DetailRows
from tests.schema.asking import ask, refusal
from tests.store.build import article, graph, key, topic

BODY = (
    "# Head\n\nA *word* & <b>bold</b> <script>alert(1)</script> [link](javascript:alert(1))\n\n- one\n- two\n"
)


def test_a_body_is_answered_in_each_form_and_html_is_sanitized(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", body=BODY), article("b"))
    query = """query ($id: ID!) { article(by: {id: $id}) {
        body html: body(format: HTML) text: body(format: TEXT) plain: body(format: null) } }"""
    found = ask(path, query, id=article("a").id)["article"]
    assert found["body"] == found["plain"] == BODY
    assert "<h1>Head</h1>" in found["html"]
    assert "<em>word</em> &amp; <b>bold</b>" in found["html"]
    assert "<script" not in found["html"]
    assert 'href="javascript' not in found["html"]
    assert found["text"].startswith("Head\nA word & bold")
    assert "<" not in found["text"]
    assert ask(path, query, id=article("b").id)["article"]["body"] is None


def test_bodies_are_rendered_one_by_one_so_that_it_can_be_stopped(tmp_path: Path) -> None:
    with at(graph(tmp_path / "g.db", *map(article, "abc"))).session() as session:
        parents = list(session.run(ask_store(ArticleRows(tuple(map(key, "abc")), Rights()))).values())
    plan = articles.body(parents, Rights(), BodyFormat.HTML)
    bodies, turns = driven(plan)
    assert bodies == ["<p><em>text</em></p>\n"] * 3
    assert turns == 3


def driven(plan: Reads[list[str | None]]) -> tuple[list[str | None], int]:
    """What the plan returns when every body is the same, and how often it can be stopped once they are read."""
    read, turns = next(plan), 0
    try:
        assert isinstance(read, DetailRows)
        read = plan.send(dict.fromkeys(read.keys, "*text*"))
        while True:
            assert read == Pause()
            turns += 1
            read = plan.send(())
    except StopIteration as done:
        bodies: list[str | None] = done.value
        return bodies, turns


def test_an_excerpt_of_no_characters_is_refused(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    [error] = refusal(
        path, "query ($id: ID!) { article(by: {id: $id}) { excerpt(maxChars: 0) } }", id=article("a").id
    )
    assert error["message"] == "maxChars must be 1 or more; got 0"


@pytest.mark.parametrize("exposed", [False, True])
def test_secured_is_answered_only_by_a_server_that_exposes_it(tmp_path: Path, *, exposed: bool) -> None:
    path = graph(tmp_path / "g.db", article("a", secured=("Y2lwaGVy", "aXY=")))
    data = ask(
        path,
        "query ($id: ID!) { article(by: {id: $id}) { secured { ciphertext iv } } }",
        Settings(expose_secured=exposed),
        id=article("a").id,
    )
    assert data["article"]["secured"] == ({"ciphertext": "Y2lwaGVy", "iv": "aXY="} if exposed else None)


def test_published_only_hides_articles_edges_and_counts(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", related=["b", "c"], topics=["x"]),
        article("b", published=False, topics=["x"]),
        article("c", related=["b"], topics=["x"]),
    )
    data = ask(
        path,
        """query ($a: ID!, $b: ID!) { node(id: $b) { id } articles { totalCount } contentReport { articles }
           topic(by: {slug: "x"}) { articles { totalCount nodes { title } } }
           article(by: {id: $a}) { related { totalCount edges { position node { title } } } } }""",
        Settings(published_only=True),
        a=article("a").id,
        b=article("b").id,
    )
    assert data["node"] is None
    assert data["articles"]["totalCount"] == data["contentReport"]["articles"] == 2
    assert data["topic"]["articles"]["totalCount"] == 2
    assert data["article"]["related"] == {"totalCount": 1, "edges": [{"position": 0, "node": {"title": "c"}}]}


def test_topics_form_a_tree_and_include_their_descendants_when_asked(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", topics=["leaf"]),
        article("b", topics=["root", "leaf"]),
        topic("root", name="Root"),
        topic("leaf", name="Leaf", parent="root"),
    )
    data = ask(
        path,
        """{ topic(by: {slug: "root"}) { parent { slug } children { slug parent { slug } }
             own: articles { totalCount } all: articles(includeDescendants: true) { totalCount nodes { title } } } }""",
    )
    found = data["topic"]
    assert (found["parent"], found["children"]) == (None, [{"slug": "leaf", "parent": {"slug": "root"}}])
    assert (found["own"]["totalCount"], found["all"]["totalCount"]) == (1, 2)
