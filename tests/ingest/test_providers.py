"""A provider is made of its own file and of the names that articles give it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graph_api.documents.document import EmbeddedProvider
from graph_api.records import Image
from tests.ingest.build import (
    article,
    codes,
    hold,
    names,
    provider,
    select,
)

ICON = Image(url="https://i.example/icon", width=50, height=50)
OTHER_ICON = Image(url="https://i.example/other")


def by(name: str, *images: Image) -> EmbeddedProvider:
    return EmbeddedProvider(domain="x.example", name=name, images=images)


def provided(*mentions: EmbeddedProvider) -> list[Any]:
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
