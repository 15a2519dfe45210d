"""What becomes of documents that say things about each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graph_api.documents.document import ProviderMention
from graph_api.records import Image
from tests.ingest.build import Files, article, fill, item, provider, rows, select, topic, url

ICON = Image(url="https://i.example/icon", width=50, height=50)
OTHER_ICON = Image(url="https://i.example/other")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "graph.sqlite"


def names(database: Path, query: str) -> list[str]:
    return [str(row[0]) for row in select(database, query)]


def related(database: Path) -> list[tuple[Any, ...]]:
    return select(
        database,
        "SELECT s.slug, r.position, d.slug FROM related r JOIN article s ON s.key = r.src"
        " JOIN article d ON d.key = r.dst ORDER BY s.slug, r.position",
    )


def hold(database: Path, *documents: Any, **files: Any) -> None:
    """The database holds exactly these documents, in files 0.md, 1.md, ... and those named."""
    fill(database, {"/a": {f"{at}.md": one for at, one in enumerate(documents)} | files})


def codes(database: Path) -> list[tuple[Any, ...]]:
    return select(database, "SELECT code, path FROM problem ORDER BY code, path, key")


# -- several files, one article ----------------------------------------------------------------------------


def test_the_newest_of_two_files_wins(database: Path) -> None:
    hold(database, article("a", on=1, title="Old"), article("a", on=2, title="New"))
    assert names(database, "SELECT title FROM article") == ["New"]


def test_of_two_files_of_one_moment_the_smallest_path_wins(database: Path) -> None:
    hold(database, article("a", title="First"), article("a", title="Second"))
    assert names(database, "SELECT title FROM article") == ["First"]


def test_a_file_without_date_loses(database: Path) -> None:
    hold(database, article("a", on=None, title="Dateless"), article("a", on=1, title="Dated"))
    assert names(database, "SELECT title FROM article") == ["Dated"]


def test_related_lists_of_two_files_are_united_the_winners_first(database: Path) -> None:
    hold(database, article("a", on=1, related=["b", "c"]), article("a", on=2, related=["d", "c"]))
    assert [target for _, _, target in related(database)] == ["title-of-d", "title-of-c", "title-of-b"]
    assert [position for _, position, _ in related(database)] == [0, 1, 2]


def test_the_file_that_loses_gets_a_warning_that_names_the_winner(database: Path) -> None:
    hold(database, article("a", on=2), article("a", on=1))
    assert codes(database) == [("W223", "1.md")]
    assert "0.md" in names(database, "SELECT message FROM problem")[0]


def test_an_article_is_known_by_all_urls_of_all_its_files(database: Path) -> None:
    hold(
        database,
        article("a", on=2, original_url="HTTPS://Other.example/x?utm_source=y"),
        article("a", on=1, amp_web_url="https://amp.example/"),
    )
    assert names(database, "SELECT url FROM article_url") == [
        url("a"),
        "https://amp.example/",
        "https://other.example/x",
    ]


# -- stubs -------------------------------------------------------------------------------------------------


def test_a_listed_article_without_file_is_a_stub(database: Path) -> None:
    hold(database, article("a", related=[item("b", title="The B", provider="x.example")]))
    assert select(database, "SELECT slug, title, quality, published FROM article WHERE is_stub") == [
        ("the-b", "The B", 1, None)
    ]
    assert names(database, "SELECT domain FROM provider") == ["x.example"]


def test_the_file_wins_over_every_copy(database: Path) -> None:
    hold(
        database,
        article("a", related=[item("b", title="Copy", provider="x.example")]),
        article("b", title="File"),
    )
    assert names(database, "SELECT title FROM article ORDER BY title") == ["File", "Title of a"]
    assert names(database, "SELECT domain FROM provider") == []


def test_a_stub_is_the_copy_in_the_newest_document(database: Path) -> None:
    copies = [
        article("a", on=1, related=[item("c", title="Old")]),
        article("b", on=2, related=[item("c", title="New")]),
    ]
    hold(database, *copies)
    assert names(database, "SELECT title FROM article WHERE is_stub") == ["New"]


def test_of_copies_of_one_moment_the_one_in_the_smallest_path_is_the_stub(database: Path) -> None:
    hold(
        database,
        article("a", related=[item("c", title="First")]),
        article("b", related=[item("c", title="Second")]),
    )
    assert names(database, "SELECT title FROM article WHERE is_stub") == ["First"]


def test_copies_that_nobody_holds_any_more_are_dropped(database: Path) -> None:
    hold(database, article("a", related=[item("b", title="Old")]))
    hold(database, article("a", related=[item("b", title="New")]))
    assert len(select(database, "SELECT 1 FROM embedded")) == 1


# -- removed -----------------------------------------------------------------------------------------------


def test_a_removed_article_is_out_of_the_graph_with_all_relations_to_it(database: Path) -> None:
    hold(database, article("a", removed=True), article("b", related=["a", "c"]), article("c"))
    assert names(database, "SELECT slug FROM article ORDER BY slug") == ["b", "c"]
    assert related(database) == [("b", 0, "c")]
    assert names(database, "SELECT related_count FROM article WHERE slug = 'b'") == ["1"]


def test_a_removed_article_makes_no_stubs(database: Path) -> None:
    hold(database, article("a", removed=True, related=["c"]), article("b"))
    assert names(database, "SELECT slug FROM article") == ["b"]


def test_one_file_that_says_removed_is_enough(database: Path) -> None:
    hold(database, article("a", on=2), article("a", on=1, removed=True), article("b", related=["a"]))
    assert names(database, "SELECT slug FROM article") == ["b"]


# -- hidden ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("published", "shown"), [(True, ["a"]), (None, ["a"]), (False, [])])
def test_only_an_article_that_says_it_is_not_published_is_hidden(
    database: Path, published: bool | None, shown: list[str]
) -> None:
    hold(database, article("a", published=published))
    assert names(database, "SELECT slug FROM published_article") == shown
    assert names(database, "SELECT slug FROM article") == ["a"]


@pytest.mark.parametrize(
    ("listing", "shown"), [((False,), []), ((False, None), ["title-of-b"]), ((False, False), [])]
)
def test_a_stub_is_hidden_when_all_that_list_it_are(
    database: Path, listing: Sequence[bool | None], shown: list[str]
) -> None:
    hold(database, *(article(f"a{at}", published=one, related=["b"]) for at, one in enumerate(listing)))
    assert names(database, "SELECT slug FROM published_article WHERE is_stub") == shown


def test_providers_and_topics_of_hidden_articles_only_are_hidden(database: Path) -> None:
    named = {"provider": ProviderMention(domain="x.example", name="X"), "topics": ["T"]}
    hold(database, article("a", published=False, **named))  # type: ignore[arg-type]  # of several fields
    both = "SELECT name FROM published_provider UNION ALL SELECT name FROM published_topic"
    assert names(database, both) == []
    hold(database, article("a", published=False, **named), article("b", **named))  # type: ignore[arg-type] # as above
    assert names(database, both) == ["X", "T"]


def test_providers_and_topics_with_a_file_of_their_own_are_visible(database: Path) -> None:
    hold(database, provider("x.example", "X"), topic("T"), article("a", published=False))
    both = "SELECT name FROM published_provider UNION ALL SELECT name FROM published_topic"
    assert names(database, both) == ["X", "T"]


def test_each_graph_merges_the_files_that_it_shows(database: Path) -> None:
    live = article("a", published=True, on=1, title="Live", related=["b"])
    draft = article(
        "a", published=False, on=2, title="Draft", related=["secret"], original_url="https://d.example/d"
    )
    hold(database, live, draft, article("b"))
    assert names(database, "SELECT title FROM article WHERE slug = 'a'") == ["Draft"]
    assert names(database, "SELECT title FROM published_article WHERE slug = 'a'") == ["Live"]
    assert names(database, "SELECT slug FROM published_article ORDER BY slug") == ["a", "b"]
    assert names(database, "SELECT url FROM published_article_url ORDER BY url") == [url("a"), url("b")]
    assert names(database, "SELECT related_count FROM published_article WHERE slug = 'a'") == ["1"]
    assert names(database, "SELECT path FROM published_document ORDER BY path") == ["0.md", "2.md"]
    assert names(database, "SELECT code FROM problem") == ["W223"]
    assert names(database, "SELECT code FROM published_problem") == []


def test_a_draft_that_says_removed_does_not_remove_the_live_article(database: Path) -> None:
    hold(database, article("a", published=True), article("a", published=False, removed=True), article("b"))
    assert names(database, "SELECT slug FROM article") == ["b"]
    assert names(database, "SELECT slug FROM published_article ORDER BY slug") == ["a", "b"]


def test_an_article_with_hidden_files_only_is_in_no_published_list(database: Path) -> None:
    hold(database, article("a", related=["b"]), article("b", published=False))
    assert names(database, "SELECT slug FROM published_article") == ["a"]
    assert names(database, "SELECT dst FROM published_related") == []


def test_published_tables_exist_only_while_an_article_is_hidden(database: Path) -> None:
    kind = "SELECT type FROM sqlite_schema WHERE name = 'published_article'"
    shown, hidden = article("a", topics=["T"]), article("b", published=False)
    hold(database, shown)
    before = rows(database)
    assert names(database, kind) == ["view"]
    hold(database, shown, hidden)
    assert names(database, kind) == ["table"]
    hold(database, shown)
    assert names(database, kind) == ["view"]
    assert rows(database) == before


# -- providers ---------------------------------------------------------------------------------------------


def by(name: str, *images: Image) -> ProviderMention:
    return ProviderMention(domain="x.example", name=name, images=images)


def provided(*mentions: ProviderMention) -> list[Any]:
    return [article(f"a{at}", provider=mention) for at, mention in enumerate(mentions)]


def test_the_most_used_name_of_a_provider_wins_and_the_others_are_kept(database: Path) -> None:
    hold(database, *provided(by("A"), by("B"), by("B"), by("C")))
    assert select(database, "SELECT name, other_names FROM provider") == [("B", '["A","C"]')]


def test_of_names_used_as_often_the_smallest_wins(database: Path) -> None:
    hold(database, *provided(by("B"), by("A")))
    assert names(database, "SELECT name FROM provider") == ["A"]


def test_a_providers_own_file_wins(database: Path) -> None:
    own = provider("x.example", "Own", other_names=["Former"], images=[OTHER_ICON])
    hold(database, own, *provided(by("A", ICON), by("A", ICON)))
    assert select(database, "SELECT name, other_names, images FROM provider") == [
        ("Own", '["A","Former"]', '[{"url":"https://i.example/other"}]')
    ]


def test_a_providers_images_are_those_most_articles_show(database: Path) -> None:
    hold(database, *provided(by("A", ICON), by("A"), by("A"), by("B", ICON), by("A", OTHER_ICON)))
    assert names(database, "SELECT images FROM provider") == [
        '[{"url":"https://i.example/icon","width":50,"height":50}]'
    ]


def test_of_very_many_names_those_of_its_file_and_the_most_used_are_kept(database: Path) -> None:
    own = provider("x.example", "Own", other_names=["Former"])
    hold(database, own, *provided(by("Z"), by("Z"), *(by(f"N{at:03}") for at in range(200))))
    [(kept,)] = select(database, "SELECT other_names FROM provider")
    assert json.loads(kept) == ["Former", *(f"N{at:03}" for at in range(98)), "Z"]
    assert codes(database) == [("W225", "0.md")]


def test_names_that_are_long_together_are_not_all_kept(database: Path) -> None:
    hold(database, *provided(*(by(sign * 4_000) for sign in "ABCD")))
    [(kept,)] = select(database, "SELECT other_names FROM provider")
    assert json.loads(kept) == ["B" * 4_000, "C" * 4_000]
    assert codes(database) == [("W225", "")]


def test_that_names_of_hidden_articles_are_left_out_is_hidden_with_them(database: Path) -> None:
    hidden = [article(f"h{at}", provider=by(f"N{at:03}"), published=False) for at in range(200)]
    hold(database, article("a", provider=by("Shown")), *hidden)
    assert codes(database) == [("W225", "")]
    assert names(database, "SELECT code FROM published_problem") == []
    assert names(database, "SELECT other_names FROM published_provider") == ["[]"]


def test_two_files_of_one_provider_give_a_warning(database: Path) -> None:
    hold(database, provider("x.example", "First"), provider("x.example", "Second"))
    assert select(database, "SELECT name, other_names FROM provider") == [("First", '["Second"]')]
    assert codes(database) == [("W224", "1.md")]


# -- topics ------------------------------------------------------------------------------------------------


def test_spellings_that_differ_in_case_are_one_topic_under_the_most_used(database: Path) -> None:
    hold(
        database,
        article("a", topics=["Big Data"]),
        article("b", topics=["big data"]),
        article("c", topics=["big data"]),
    )
    assert select(database, "SELECT slug, name FROM topic") == [("big-data", "big data")]
    assert names(database, "SELECT name_folded FROM topic_name") == ["big data"]


@pytest.mark.parametrize("spelled", ["Artificial Intelligence", "artificial intelligence", "AI", "ai"])
def test_name_and_shortname_of_the_taxonomy_lead_to_its_topic(database: Path, spelled: str) -> None:
    hold(
        database, topic("Artificial Intelligence", slug="a-i", shortname="AI"), article("a", topics=[spelled])
    )
    assert select(database, "SELECT slug, name FROM topic") == [("a-i", "Artificial Intelligence")]
    assert codes(database) == []


def test_two_spellings_of_one_topic_in_an_article_are_one(database: Path) -> None:
    hold(
        database,
        topic("Artificial Intelligence", shortname="AI"),
        article("a", topics=["X", "AI", "x", "artificial intelligence"]),
    )
    assert select(database, "SELECT position, name FROM article_topic ORDER BY position") == [
        (0, "X"),
        (1, "AI"),
    ]
    assert names(database, "SELECT topic_count FROM article") == ["2"]


def test_a_topic_unknown_to_the_taxonomy_gives_a_warning(database: Path) -> None:
    hold(database, topic("Known"), article("a", topics=["Known", "Other"]))
    assert codes(database) == [("W220", "1.md")]


def test_without_taxonomy_no_topic_is_unknown(database: Path) -> None:
    fill(database, {"/a": {"a.md": article("a", topics=["Other"])}, "/b": {"t.yaml": topic("Known")}})
    assert codes(database) == []


def parents(database: Path) -> list[tuple[Any, ...]]:
    query = "SELECT t.slug, p.slug FROM topic t LEFT JOIN topic p ON p.key = t.parent ORDER BY t.slug"
    return select(database, query)


def test_parents_are_found_by_name(database: Path) -> None:
    hold(database, topic("Root", slug="top"), topic("Child", parent="root"))
    assert parents(database) == [("child", "top"), ("top", None)]


def test_a_parent_that_is_not_in_the_taxonomy_gives_a_warning(database: Path) -> None:
    hold(database, topic("Child", parent="Nowhere"))
    assert parents(database) == [("child", None)]
    assert codes(database) == [("W222", "0.md")]


def test_a_cycle_of_parents_is_cut_at_its_smallest_slug(database: Path) -> None:
    hold(
        database,
        topic("A", parent="C"),
        topic("B", parent="A"),
        topic("C", parent="B"),
        topic("Z", parent="B"),
    )
    assert parents(database) == [("a", None), ("b", "a"), ("c", "b"), ("z", "b")]
    assert codes(database) == [("W221", "0.md")]


def test_a_topic_cannot_be_its_own_parent(database: Path) -> None:
    hold(database, topic("A", parent="A"))
    assert parents(database) == [("a", None)]
    assert codes(database) == [("W221", "0.md")]


def test_two_files_of_one_topic_give_a_warning(database: Path) -> None:
    hold(database, topic("First", slug="t"), topic("Second", slug="t"))
    assert select(database, "SELECT slug, name FROM topic") == [("t", "First")]
    assert codes(database) == [("W224", "1.md")]


# -- rejected ----------------------------------------------------------------------------------------------


def test_a_rejected_file_leaves_its_problem_and_nothing_else(database: Path) -> None:
    files: Files = {"a.md": article("a"), "b.md": None}
    fill(database, {"/a": files})
    assert names(database, "SELECT slug FROM article") == ["a"]
    assert select(database, "SELECT kind, subject, payload FROM document WHERE path = 'b.md'") == [
        ("rejected", None, None)
    ]
    assert select(database, "SELECT code, article FROM problem") == [("E100", None)]
