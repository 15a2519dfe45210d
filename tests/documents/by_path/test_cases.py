"""What each of the small documents in the shapes of many generators means, by hand."""

# ruff: noqa: RUF001  (Cyrillic letters are meant)

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from graph_api.documents.document import ArticleDocument, LeftOut, ReferenceForm
from tests.corpora import SHARED
from tests.documents.by_path.cases import FOLDERS
from tests.documents.by_path.writing import codes, readings, site

_BASES = {"jekyll": "https://sky.example/notes/", "hugo": "https://coast.example/"}
_NONE: dict[str, Any] = {"published_date_time": None, "topics": (), "published": None, "original_url": None}


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # tzinfo is one of many


EXPECTED: dict[str, dict[str, Any]] = {
    "jekyll/_posts/2021-03-04-first-light.md": {
        "title": "First light",
        "published_date_time": _at(2021, 3, 4, 15, 30),
        "topics": ("astronomy", "diy", "telescope", "Mirror Making"),
        "url": "https://sky.example/notes/_posts/2021-03-04-first-light",
        "provider": "sky.example",
        "targets": [(ReferenceForm.TAG, "2021-03-18-second-night", 9)],
        "found by": {"astronomy/diy/2021/3/4/first-light", "astronomy/diy/2021/03/04/first-light"},
        "extra": {"layout": "post", "author": "observer-one"},
    },
    "jekyll/_posts/2021-03-18-second-night.markdown": {
        "title": "Second night: clouds",
        "published_date_time": _at(2021, 3, 18),
        "published": False,
        "targets": [(ReferenceForm.LINK, "/notes/astronomy/diy/2021/3/4/first-light/", 6)],
    },
    "jekyll/_posts/2021-04-01-a-paper-worth-reading.md": {
        "url": "https://sky.example/notes/_posts/2021-04-01-a-paper-worth-reading",
        "published_date_time": _at(2021, 4, 1, 7, 5),
        "original_url": "https://journal.example/papers/42?utm_source=feed",
        "provider": "journal.example",
        "topics": (),
        "not found by": {"papers/42"},
    },
    "jekyll/about.md": {**_NONE, "title": "About", "found by": {"about", "who"}},
    "jekyll/_includes/footer.md": {"left out": LeftOut.PART},
    "hugo/content/posts/tides.md": {
        "title": "How tides are told",
        "published_date_time": _at(2020, 2, 3, 9),
        "topics": ("Sea", "Forecast"),
        "published": True,
        "targets": [(ReferenceForm.TAG, "posts/winds.md", 10)],
        "found by": {"old/tides", "posts/tides"},
        "extra": {"aliases": ["/old/tides/"], "extra": {"team": "harbour"}},
    },
    "hugo/content/posts/harbour/index.md": {
        "title": "The harbour wall",
        "published_date_time": _at(2020, 5, 6),
        "codes": ["W217"],
        "place": (6, 1),
        "found by": {"posts/harbour", "posts/wall"},
        "targets": [(ReferenceForm.LINK, "/old/tides/", 8), (ReferenceForm.TAG, "winds.md", 8)],
        "extra": {"slug": "wall", "expirydate": "2030-01-01"},
    },
    "hugo/content/posts/winds.md": {
        "title": "Winds of the estuary",
        "published_date_time": _at(2020, 3, 4, 15),
        "published": False,
        "topics": ("Sea",),
        "targets": [(ReferenceForm.LINK, "https://coast.example/posts/wall/", 7)],
    },
    "hugo/content/posts/_index.md": {"left out": LeftOut.EMPTY},
    "zola/content/kiln.md": {
        "title": "Firing the kiln",
        "found by": {"2019/11/12/kiln"},
        "names": ("2019/11/12/kiln.html",),
        "targets": [(ReferenceForm.LINK, "@/glaze.md", 7)],
    },
    "zola/content/glaze.md": {
        "title": "A glaze from ash",
        "targets": [(ReferenceForm.LINK, "/2019/11/12/kiln.html", 5)],
    },
    "docusaurus/docs/install.md": {
        "title": "Install it",
        "found by": {"setup", "docs/setup"},
        "targets": [
            (ReferenceForm.LINK, "./use/first-steps.md", 7),
            (ReferenceForm.LINK, "../blog/2022-05-06-release.md", 7),
        ],
    },
    "docusaurus/docs/use/first-steps.md": {
        **_NONE,
        "title": "First steps",
        "targets": [(ReferenceForm.LINK, "/docs/setup", 3)],
        "excerpt": "Install first.",
    },
    "docusaurus/blog/2022-05-06-release.md": {
        "title": "One point oh",
        "published_date_time": _at(2022, 5, 6),
        "topics": ("news",),
        "extra": {"authors": [{"name": "Release Bot", "url": "https://bots.example"}]},
    },
    "docusaurus/docs/_shared-note.mdx": {"left out": LeftOut.PART},
    "astro/src/content/blog/bread.mdx": {
        "title": "Bread with little yeast",
        "published_date_time": _at(2022, 7, 8),
        "excerpt": "One rise, overnight.",
        "images": (),
        "targets": [(ReferenceForm.LISTED, "starter", 8), (ReferenceForm.LINK, "/blog/starter/", 10)],
    },
    "astro/src/content/blog/starter.md": {
        "published_date_time": _at(2022, 6, 1, 22, 5),
        "topics": ("baking", "patience"),
    },
    "vault/Tides.md": {
        "title": "Tides",
        "names": ("tidal force", "Ebb"),
        "published_date_time": _at(2023, 1, 2),
        "published": True,
        "topics": ("sea/physics",),
        "targets": [(ReferenceForm.WIKILINK, "Moon phases", 7), (ReferenceForm.WIKILINK, "Spring tide", 7)],
    },
    "vault/Moon phases.md": {
        "title": "Moon phases",
        "targets": [
            (ReferenceForm.WIKILINK, "ebb", 4),
            (ReferenceForm.WIKILINK, "Tides", 4),
            (ReferenceForm.WIKILINK, "Tides", 4),
        ],
        "extra": {"parent": "[[Tides]]"},
    },
    "vault/north/Log.md": {"title": "Log", "targets": [(ReferenceForm.WIKILINK, "Chart", 1)]},
    "vault/north/Chart.md": {"title": "Chart", "targets": []},
    "vault/south/Chart.md": {"title": "Chart", "targets": []},
    "plain/README.md": {
        "title": "Notes on soil",
        "url": "https://articles.invalid/",
        "targets": [(ReferenceForm.LINK, "compost.md", 3), (ReferenceForm.LINK, "worms/worms.md", 3)],
    },
    "plain/compost.md": {"title": "compost", "targets": [(ReferenceForm.LINK, "worms/worms.md", 4)]},
    "plain/worms/worms.md": {"title": "Worms", "targets": [(ReferenceForm.LINK, "../compost.md", 4)]},
    "newsletter/2020-04-07-issue-12.md": {
        "title": "Issue 12",
        "published_date_time": _at(2020, 4, 7),
        "category": "Weekly",
        "topics": ("Weekly",),
        "extra": {"number": "12"},
        "targets": [
            (ReferenceForm.LINK, "https://one.example/a", 6),
            (ReferenceForm.LINK, "https://two.example/b?utm_medium=mail", 6),
        ],
    },
    "msdocs/docs/fmt-class.md": {
        "title": "fmt class",
        "published_date_time": _at(2022, 5, 9),
        "excerpt": "Learn more about: fmt class",
        "links": [("../docs/fmt-open.md", "fmt::open")],
    },
    "msdocs/docs/fmt-open.md": {
        **_NONE,
        "title": "fmt::open",
        "codes": ["W218"],
        "place": (3, 1),
        "extra": {"ms.date": "13/40/2022"},
    },
    "zenn/articles/a1b2c3.md": {
        "title": "星図を描く",
        "topics": ("天文", "Python"),
        "type": "tech",
        "published": False,
        "published_date_time": _at(2024, 1, 2, 9),
    },
    "reference/html/label/index.md": {
        "title": "Тег label",
        "topics": ("doka",),
        "targets": [(ReferenceForm.LISTED, "html/input", 5), (ReferenceForm.LISTED, "html/nowhere", 6)],
        "extra": {"related": ["html/input", "html/nowhere"]},
    },
    "reference/html/input/index.md": {
        "targets": [(ReferenceForm.LISTED, "html/label", 4), (ReferenceForm.LINK, "/html/label/", 6)],
    },
    "reference/html/input/practice/one.md": {"title": "one", "excerpt": "🛠 Подпись нужна всегда."},
    "garden/authors/ann.md": {
        **_NONE,
        "title": "Ann Example",
        "url": "https://articles.invalid/authors/ann",
        "extra": {"slug": "ann", "website": "https://ann.example"},
    },
    "garden/about.md": {"url": "https://articles.invalid/about", "title": "About this garden"},
    "garden/some-film.md": {
        "url": "https://articles.invalid/some-film",
        "original_url": "https://films.example/tt1",
        "provider": "films.example",
        "published_date_time": _at(2026, 1, 6),
        "topics": ("drama",),
        "not found by": {"tt1", "https://films.example/tt1"},
    },
    "topics/vaults.md": {"title": "Vaults", "targets": []},
    "topics/time-locks.md": {"title": "Time locks"},
    "translations/en/guide.md": {"url": "https://articles.invalid/en/guide", "found by": {"guide"}},
    "translations/de/guide.md": {"url": "https://articles.invalid/de/guide", "found by": {"guide"}},
    "translations/de/start.md": {"targets": [(ReferenceForm.LINK, "/guide/", 4)]},
    "broken/template-value.md": {"rejected": "E134", "place": (3, 8)},
    "broken/only-a-comment.md": {**_NONE, "title": "A heading", "extra": None},
}


@pytest.mark.parametrize("case", EXPECTED)
def test_a_document_means_what_its_author_meant(case: str) -> None:
    folder, _, path = case.partition("/")
    where = site(_BASES.get(folder, "https://articles.invalid/"))
    found, expected = readings(FOLDERS[folder], where)[path], dict(EXPECTED[case])
    assert found.left_out is expected.pop("left out", None)
    if "place" in expected:
        assert [(one.line, one.column) for one in found.problems] == [expected.pop("place")]
    if "rejected" in expected:
        assert (found.document, codes(found)) == (None, [expected["rejected"]])
        return
    assert codes(found) == expected.pop("codes", [])
    if isinstance(found.document, ArticleDocument):
        assert _said(found.document, expected) == expected


def _said(document: ArticleDocument, expected: dict[str, Any]) -> dict[str, Any]:
    """What the document says, as far as *expected* names it."""
    said: dict[str, Any] = {
        "provider": document.provider and document.provider.domain,
        "targets": [(one.form, one.target, one.line) for one in document.references],
        "links": [(one.target, one.text) for one in document.references if one.form is ReferenceForm.LINK],
        "extra": document.extra and orjson.loads(document.extra),
        "found by": expected.get("found by", set()) & set(document.addresses),
        "not found by": expected.get("not found by", set()) - set(document.addresses),
    }
    return {name: said[name] if name in said else getattr(document, name) for name in expected}


def test_every_case_has_an_expectation() -> None:
    cases = {f"{folder}/{path}" for folder, files in FOLDERS.items() for path in files}
    assert cases - EXPECTED.keys() == {"jekyll/_config.yml", "hugo/hugo.toml"}


def test_the_cases_are_those_that_others_share() -> None:
    shared = SHARED / "cases" / "folders"
    if not shared.exists():
        pytest.skip("../shared/cases is not there")
    files = (path for path in shared.glob("*/**/*") if path.is_file())
    assert {str(path.relative_to(shared)): path.read_text() for path in files} == {
        f"{folder}/{path}": text for folder, files in FOLDERS.items() for path, text in files.items()
    }


def test_see_also_is_a_list_of_related_where_the_project_says_so() -> None:
    found = readings(FOLDERS["topics"], site(related=("see_also",)))["vaults.md"].document
    assert isinstance(found, ArticleDocument)
    assert [(one.target, one.text, one.line) for one in found.references] == [
        ("topic time locks", "Time locks", 5),
        ("https://talks.example/vaults", "A talk on vaults", 7),
    ]
