"""An article of several files, a stub made of copies, and a removed article."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.build import (
    article,
    codes,
    hold,
    item,
    names,
    related,
    select,
    url,
)

# -- several files, one article -----------------------------------------------------------------------------


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


# -- stubs --------------------------------------------------------------------------------------------------


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


def test_copies_that_no_file_embeds_are_dropped(database: Path) -> None:
    hold(database, article("a", related=[item("b", title="Old")]))
    hold(database, article("a", related=[item("b", title="New")]))
    assert len(select(database, "SELECT 1 FROM embedded")) == 1


# -- removed ------------------------------------------------------------------------------------------------


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
