"""How a folder is read: what makes it one of addresses, and which of its files are documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph_api.documents.document import ArticleDocument, LeftOut, ParsedFile, TopicDocument
from graph_api.documents.files import FileBytes
from graph_api.documents.folder import has_address, parsed_file
from graph_api.documents.site import Identity, Site
from tests.documents.by_path.writing import site
from tests.documents.writing import front_matter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nwebUrl: https://a.example/\n---\n", True),
        ("---\ntitle: A\noriginalUrl: https://a.example/\n---\n", True),
        ("---\n'webUrl' : https://a.example/\n...\n", True),
        ("\n\n---\nwebUrl: https://a.example/\n---\n", True),
        ("\ufeff---\nwebUrl: https://a.example/\n---\n", True),
        ("---\nwebUrl:\n---\n", True),
        ('+++\nwebUrl = "https://a.example/"\n+++\n', True),
        ("---\nrelated:\n- title: A\n  webUrl: https://a.example/\n---\n", False),
        ("---\ntitle: A\n---\nwebUrl: https://a.example/\n", False),
        ("---\nwebUrls: 1\n---\n", False),
        ("webUrl: https://a.example/\n", False),
        ("---\nwebUrl: https://a.example/\n", False),
        ("", False),
    ],
)
def test_a_file_has_an_address_in_its_front_matter_or_none(text: str, expected: bool) -> None:
    assert has_address(text.encode()) is expected


def _reading(path: str, text: str, where: Site) -> ParsedFile:
    return parsed_file(FileBytes(path=path, data=text.encode(), sha256=""), where, None)


@pytest.mark.parametrize(
    ("above", "path", "is_topic"),
    [
        ((), "_data/topics/a.md", True),
        ((), "site/_data/topics/a.md", True),
        (("site",), "_data/topics/a.md", True),
        (("site", "_data"), "topics/a.md", True),
        (("site", "_data", "topics"), "a.md", True),
        ((), "topics/a.md", False),
        (("site",), "topics/a.md", False),
        (("topics",), "a.md", False),
        (("_data", "topics"), "b/a.md", False),
    ],
)
def test_a_topic_lies_below_data_whichever_folder_is_named(
    above: tuple[str, ...], path: str, is_topic: bool
) -> None:
    found = _reading(path, "---\nname: A\n---\ntext", replace(site(), above=above))
    assert isinstance(found.document, TopicDocument if is_topic else ArticleDocument)


@pytest.mark.parametrize("path", ["_config.yml", "a/b.yaml"])
def test_configuration_is_left_out_silently(path: str) -> None:
    found = _reading(path, "url: https://a.example\n", site())
    assert (found.left_out, found.document, found.problems) == (LeftOut.OTHER, None, ())


def test_a_native_article_has_references_only_where_links_of_bodies_are_wanted() -> None:
    text = f"{front_matter()}\nOne.\n\n[two](two.md)\n"
    without = _reading("a.md", text, Site(identity=Identity.BY_URL)).document
    linked = _reading("a.md", text, Site(identity=Identity.BY_URL, body_links=True)).document
    assert isinstance(without, ArticleDocument)
    assert isinstance(linked, ArticleDocument)
    assert (without.references, [(one.target, one.line) for one in linked.references]) == (
        (),
        [("two.md", 8)],
    )
    assert replace(linked, references=()) == without
