"""Slugs of topics are identities, slugs of articles are words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from graph_api.documents import slug_of_path, slug_of_title, topic_slug
from graph_api.store.folding import fold


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Azure", "azure"),
        ("Management Tools", "management-tools"),
        ("Management tools", "management-tools"),
        ("  AI / ML  ", "ai-ml"),
        ("C", "c"),
        ("C++", "cplusplus"),
        ("C#", "csharp"),
        ("\u4eba\u5de5\u667a\u80fd", "\u4eba\u5de5\u667a\u80fd"),
        ("STRASSE", "strasse"),
        ("stra\u00dfe", "strasse"),
        ("\ufb01ne \uff21\uff29", "fine-ai"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
        ("!?", "u21-u3f"),
        (".NET", "dotnet"),
        ("ASP.NET", "asp-net"),
        ("Tools (.NET)", "tools-dotnet"),
        ("Net", "net"),
        ("a ... b", "a-b"),
        ("\u2764", "u2764"),
        ("\u2764\ufe0f", "u2764"),
        ("\u2600\ufe0f", "u2600"),
        ("I \u2764\ufe0f AI", "i-u2764-ai"),
        ("\U0001f44d\U0001f3fb", "u1f44d-u1f3fb"),
        ("\U0001f468\u200d\U0001f469", "u1f468-u1f469"),
        ("\U0001f1e9\U0001f1ea", "u1f1e9-u1f1ea"),
        ("\u20ac 5", "u20ac-5"),
        ("A | B", "a-b"),
        ("\u0301", "u301"),
        ("\u3164", "u1160"),
        ("A\u3164", "a"),
        ("\ufe0f", "ufe0f"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", "\u0646\u0627\u0645\u0647\u0627\u06cc"),
        ("Cafe\u0301", "caf\u00e9"),
        ("Caf\u00e9", "caf\u00e9"),
        ("\u0130stanbul", "istanbul"),
    ],
)
def test_a_topics_slug_keeps_letters_and_digits_of_any_script(name: str, slug: str) -> None:
    assert topic_slug(name) == slug


@given(st.text(min_size=1).filter(str.strip))
def test_every_character_of_a_topics_slug_is_visible(name: str) -> None:
    slug = topic_slug(name)
    assert unicodedata.category(slug[0])[0] in "LN"
    assert not any(unicodedata.category(character)[0] in "CZS" for character in slug)


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_names_that_compare_equal_have_one_slug(name: str) -> None:
    """A lookup by name compares folded names: it could not tell two topics apart."""
    assert topic_slug(fold(name)) == topic_slug(name)


def test_an_empty_name_has_no_slug() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        topic_slug(" ")


@given(st.text(min_size=1).filter(str.strip))
def test_a_topics_slug_is_never_empty_and_ignores_case(name: str) -> None:
    assert topic_slug(name)
    assert topic_slug(name) == topic_slug(topic_slug(name)) or not any(map(str.isalnum, name))
    assert topic_slug(name.casefold()) == topic_slug(name)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("_news/2023-03-15-pytorch-2-0.md", "pytorch-2-0"),
        ("2023-03-15-one.markdown", "one"),
        ("_people/ada.md", "ada"),
        ("2023-03-15.md", "2023-03-15"),
        ("a/2023-03-15-.md", "2023-03-15-"),
        ("a.b.md", "a.b"),
    ],
)
def test_an_articles_slug_is_its_file_name_without_date_and_ending(path: str, slug: str) -> None:
    assert slug_of_path(path) == slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Here\u2019s What to Expect", "heres-what-to-expect"),
        ("PyTorch 2.0: new fire", "pytorch-20-new-fire"),
        ("SpaceX\u2122 \u2014 COVID-19", "spacex-covid-19"),
        ("+++", "plusplusplus"),
        ("\u2764\ufe0f", "u2764"),
        ("Cafe\u0301", "caf\u00e9"),
    ],
)
def test_a_stubs_slug_is_spelled_from_its_title(title: str, slug: str) -> None:
    assert slug_of_title(title) == slug
