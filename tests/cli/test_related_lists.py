"""Lists of related articles changed as bytes."""

from __future__ import annotations

import pytest

from graph_api.cli.related_lists import COPIED, Copy, copied_keys, with_copies, with_entries

FILE = (
    b'---\ntitle: "A"\nwebUrl: https://e.org/a\nprovider:\n  name: E\n  domain: e.org\n  images:\n    - url: i\n'
    b"images:\n- url: p\n  title: A picture\n  width: 3\nquality: 5\n---\n"
)
LISTING = b"---\nrelated:\n  - title: X\n    webUrl: https://e.org/x\n    quality: 7\n  - title: Y\n    webUrl: https://e.org/y\n    quality: 3\nsecured: s\n---\n"


def test_copies_have_the_keys_that_those_of_the_folder_have() -> None:
    assert copied_keys([LISTING, FILE]) == ("title", "webUrl", "quality")
    assert copied_keys([FILE]) == tuple(key for key in COPIED if key != "originalUrl")


def test_a_copy_has_the_lines_of_the_file_and_goes_where_its_quality_says() -> None:
    new = with_copies(LISTING, [Copy(data=FILE, quality=5)], ("title", "webUrl", "quality"))
    assert new is not None
    assert new.decode().splitlines()[2:11] == [
        "  - title: X",
        "    webUrl: https://e.org/x",
        "    quality: 7",
        '  - title: "A"',
        "    webUrl: https://e.org/a",
        "    quality: 5",
        "  - title: Y",
        "    webUrl: https://e.org/y",
        "    quality: 3",
    ]


def test_providers_keep_name_and_domain_and_images_lose_titles() -> None:
    new = with_copies(b"---\ntitle: Z\n---\n", [Copy(data=FILE, quality=5)], ("title", "provider", "images"))
    assert new is not None
    assert new.decode() == (
        '---\ntitle: Z\nrelated:\n  - title: "A"\n    originalUrl: x\n'.replace("    originalUrl: x\n", "")
        + "    provider:\n      name: E\n      domain: e.org\n    images:\n    - url: p\n      width: 3\n---\n"
    )


def test_an_article_without_web_url_is_copied_with_its_original_url() -> None:
    data = FILE.replace(b"webUrl", b"originalUrl")
    new = with_copies(LISTING, [Copy(data=data, quality=None)], ("title", "webUrl"))
    assert new is not None
    assert b'  - title: "A"\n    originalUrl: https://e.org/a\nsecured: s\n' in new


@pytest.mark.parametrize(
    "data", [b"---\nrelated: {a: b}\n---\n", b"---\nrelated: [{title: A}]\n---\n", b"text\n"]
)
def test_other_forms_of_lists_are_left_alone(data: bytes) -> None:
    assert with_copies(data, [Copy(data=FILE, quality=5)], ("title",)) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("---\nrelated: [a] # hand-picked\n---\n", "---\nrelated: [a, b c] # hand-picked\n---\n"),
        ("---\nrelated: ['a']\n---\n", "---\nrelated: ['a', 'b c']\n---\n"),
        ('---\nrelated:\n- "a"\n\ntags: x\n---\n', '---\nrelated:\n- "a"\n- "b c"\n\ntags: x\n---\n'),
        ("---\nx: 1\n...\nBody\n", "---\nx: 1\nrelated: [b c]\n...\nBody\n"),
        ("Body\n", "---\nrelated: [b c]\n---\nBody\n"),
        ("", "---\nrelated: [b c]\n---\n"),
        ("+++\nx = 1\n+++\n", '+++\nrelated = ["b c"]\nx = 1\n+++\n'),
        ('+++\nrelated = ["a",]\n+++\n', '+++\nrelated = ["a", "b c"]\n+++\n'),
    ],
)
def test_entries_are_added_in_the_form_of_the_list(data: str, expected: str) -> None:
    new = with_entries(data.encode(), ["b c"], "related")
    assert new is not None
    assert new.decode() == expected


@pytest.mark.parametrize(
    "data", ['{"title": "x"}\n', "Title: X\nDate: 2020\n\nBody\n", "---\nrelated: |\n  a\n---\n"]
)
def test_other_front_matter_is_left_alone(data: str) -> None:
    assert with_entries(data.encode(), ["b"], "related") is None


@pytest.mark.parametrize(
    ("entry", "written"),
    [("on", '"on"'), ("[[a]]", '"[[a]]"'), ("1", '"1"'), ("a: b", '"a: b"'), ("Straße/x", "Straße/x")],
)
def test_entries_that_yaml_would_bend_are_quoted(entry: str, written: str) -> None:
    assert (
        with_entries(b"---\nrelated: []\n---\n", [entry], "related")
        == f"---\nrelated: [{written}]\n---\n".encode()
    )
