"""Which keys a field is read from, and what remains in `extra`."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from graph_api.documents.by_path.keys import FIELDS
from graph_api.documents.document import ReferenceForm
from graph_api.documents.limits import MAX_ITEMS, MAX_REFERENCES, MAX_TEXT
from graph_api.records import Image
from tests.documents.by_path.writing import article, codes, parsed_file, site

_SITE = "https://site.example/blog/"


def _extra(text: str) -> object:
    found = article(text).extra
    return found and orjson.loads(found)


@pytest.mark.parametrize(
    ("text", "path", "title", "part"),
    [
        ("---\ntitle: A\nname: B\n---\n# C", "d.md", "A", "title"),
        ("---\nTitle: A\n---\n", "d.md", "A", "Title"),
        ("---\ntitle:\nname: B\n---\n# C", "d.md", "B", "name"),
        ("---\ntitle: ''\n---\n# C *d*", "d.md", "C d", "heading"),
        ("---\ntitle: [a]\n---\n# C", "d.md", "C", "heading"),
        (f"---\ntitle: {'a' * (MAX_TEXT + 1)}\n---\n# C", "d.md", "C", "heading"),
        ("---\ntitle: 1.10\n---\n", "d.md", "1.10", "title"),
        ("---\ntitle: 2020-01-01\n---\n", "d.md", "2020-01-01", "title"),
        ("## C", "d.md", "d", "file name"),
        ("text", "2020-01-01-d.md", "d", "file name"),
        ("text", "2020-01-01.md", "2020-01-01", "file name"),
        ("text", "d/index.md", "d", "file name"),
        ("text", "d/e/README.md", "e", "file name"),
        ("text", "README.md", "README", "file name"),
        ("text", "d v1.2.mdx", "d v1.2", "file name"),
    ],
)
def test_a_title_is_the_first_that_is_there(text: str, path: str, title: str, part: str) -> None:
    found = parsed_file(text, path)
    assert article(text, path).title == title
    assert ("title", part) in found.read_from


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("---\nsummary: C\ndescription: B\nexcerpt: A\n---\nD", "A"),
        ("---\nsummary: C\ndescription: B\n---\nD", "B"),
        ("---\nsummary: C\n---\nD", "C"),
        ("# E\n\nD *d* [e](f).\n\nG", "D d e."),
        ("# E\n\n- D\n", None),
    ],
)
def test_an_excerpt_is_the_first_that_is_there(text: str, excerpt: str | None) -> None:
    assert article(text).excerpt == excerpt


@pytest.mark.parametrize(
    ("fields", "topics"),
    [
        ("tags: [a, b]", ("a", "b")),
        ("tags: a b", ("a", "b")),
        ("tags: a, b c", ("a", "b c")),
        ("categories: a  b", ("a", "b")),
        ("category: a b", ("a b",)),
        ("tag: a b", ("a b",)),
        ("topics: a b", ("a b",)),
        ("categories: [z]\ntags: [a, Z, '#b']\ntopic: no", ("z", "a", "b")),
        ("tags: [1, 1.5, true, null, '', {name: c}, {label: d}, [e]]", ("1", "1.5", "c", "d")),
        ("tags:\ncategory:", ()),
        ("tags: {a: b}", ()),
        ("tags: [sea/physics, 天文, C++]", ("sea/physics", "天文", "C++")),
    ],
)
def test_topics_are_the_union_of_all_keys(fields: str, topics: tuple[str, ...]) -> None:
    assert article(f"---\ntitle: A\n{fields}\n---\n").topics == topics


@pytest.mark.parametrize(
    ("line", "topics"),
    [("Tags: a b, c", ("a b", "c")), ("Tags: a, b; c", ("a, b", "c")), ("Tags: a b", ("a b",))],
)
def test_topics_in_header_lines_are_split_as_pelican_does(line: str, topics: tuple[str, ...]) -> None:
    assert article(f"Title: A\n{line}\n\ntext").topics == topics


def test_zolas_taxonomies_are_topics() -> None:
    text = '+++\ntitle = "A"\n[taxonomies]\ntags = ["a", "b"]\ncategories = ["c"]\nauthors = ["d"]\n+++\n'
    assert article(text).topics == ("a", "b", "c")
    assert _extra(text) == {"taxonomies": {"authors": ["d"]}}


def test_topics_beyond_the_limit_are_dropped_with_a_warning() -> None:
    text = f"---\ntags: {list(range(MAX_ITEMS + 1))}\n---\n"
    assert len(article(text).topics) == MAX_ITEMS
    assert codes(parsed_file(text)) == ["W212"]


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ("published: true", True),
        ("published: false", False),
        ("publish: 'no'", False),
        ("draft: true", False),
        ("draft: false", True),
        ("published: true\ndraft: true", False),
        ("publish: true\ndraft: false", True),
        ("published: 2020-01-01", None),
        ("layout: post", None),
    ],
)
def test_published_is_what_any_key_says(fields: str, published: bool | None) -> None:
    assert article(f"---\n{fields}\n---\n").published is published


@pytest.mark.parametrize(
    ("fields", "url", "domain"),
    [
        ("external-url: https://a.example/b", "https://a.example/b", "a.example"),
        ("external_url: https://a.example/b", "https://a.example/b", "a.example"),
        ("source_url: http://a.example:8080/b", "http://a.example:8080/b", "a.example"),
        ("original_url: https://a.example/b", "https://a.example/b", "a.example"),
        ("link: https://www.a.example/b", "https://www.a.example/b", "www.a.example"),
        ("url: https://a.example/b", "https://a.example/b", "a.example"),
        ("url: /b/\nlink: https://a.example/", "https://a.example/", "a.example"),
        ("url: https://site.example/blog/b/", None, "site.example"),
        ("link: not a url", None, "site.example"),
        ("url: https://user:secret@a.example/", None, "site.example"),
        ("url: 'https://[::1]:80/'", "https://[::1]:80/", "[::1]"),
    ],
)
def test_the_original_url_is_the_first_http_url_of_another_site(
    fields: str, url: str | None, domain: str
) -> None:
    found = article(f"---\n{fields}\n---\n", where=site(_SITE))
    assert (found.original_url, found.provider and found.provider.domain) == (url, domain)
    assert found.web_url == "https://site.example/blog/notes/one"


def test_without_a_base_url_there_is_neither_web_url_nor_provider() -> None:
    found = article("text")
    assert (found.url, found.web_url, found.provider) == ("https://articles.invalid/notes/one", None, None)


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("a.png", ["https://site.example/blog/notes/a.png"]),
        ("./a.png", ["https://site.example/blog/notes/a.png"]),
        ("../a.png", ["https://site.example/blog/a.png"]),
        ("img/a.png", ["https://site.example/blog/img/a.png"]),
        ("/img/a.png?w=1", ["https://site.example/blog/img/a.png?w=1"]),
        ("/blog/img/a.png", ["https://site.example/blog/img/a.png"]),
        ("//cdn.example/a.png", ["https://cdn.example/a.png"]),
        ("https://cdn.example/a", ["https://cdn.example/a"]),
        (
            "[a.png, {url: b.jpg}, c]",
            ["https://site.example/blog/notes/a.png", "https://site.example/blog/notes/b.jpg"],
        ),
        ("{src: a.png, alt: A}", ["https://site.example/blog/notes/a.png"]),
        ("true", []),
        ("blue", []),
        ("'javascript:a.png'", []),
        ("'data:image/png;base64,a.png'", []),
    ],
)
def test_pictures_are_resolved(value: str, urls: list[str]) -> None:
    found = article(f"---\nimage: {value}\n---\n", where=site(_SITE))
    assert [one.url for one in found.images] == urls


def test_a_picture_has_its_title_and_one_of_no_site_is_left_out_silently() -> None:
    text = "---\ncover: {image: https://cdn.example/a.png, alt: A}\nimage: a.png\n---\n"
    assert article(text).images == (Image(url="https://cdn.example/a.png", title="A"),)
    assert codes(parsed_file(text)) == []
    assert _extra(text) == {"cover": {"image": "https://cdn.example/a.png", "alt": "A"}, "image": "a.png"}


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        ("[a/b.md, C]", [("a/b.md", ""), ("C", "")]),
        ("a", [("a", "")]),
        ("['[[A b#c|D]]']", [("A b", "D")]),
        ("[{title: A, url: /b/}, {slug: c}, {name: D}]", [("/b/", "A"), ("c", ""), ("D", "D")]),
        ("[1, null, '', {}]", []),
        ("[[A]]", [("A", "")]),
        ("\n- [[A b#c|D]]\n- '![[E]]'", [("A b", "D"), ("E", "")]),
        (
            "[a/b.md#c, a/#d, 'C#', 'A # b', {url: /b/#c}]",
            [("a/b.md", ""), ("a/", ""), ("C#", ""), ("A # b", ""), ("/b/", "")],
        ),
    ],
)
def test_a_list_of_related_names_documents(value: str, targets: list[tuple[str, str]]) -> None:
    found = article(f"---\nrelated: {value}\n---\n").references
    assert [(one.target, one.text) for one in found] == targets
    assert {one.form for one in found} <= {ReferenceForm.LISTED}


def test_listed_documents_are_bounded() -> None:
    assert len(article(f"---\nrelated:\n{'- a' * 1}\n---\n").references) == 1
    many = "- a\n" * (MAX_REFERENCES + 10)
    assert len(article(f"---\nrelated:\n{many}---\n").references) == MAX_REFERENCES


def test_a_mapped_key_comes_first() -> None:
    text = "---\nspoiler: A\nexcerpt: B\nlive: true\ndraft: true\nsee_also: [c]\nrelated: [d]\n---\n"
    where = site(excerpt=("spoiler",), published=("live",), related=("see_also",))
    found = article(text, where=where)
    assert (found.excerpt, found.published) == ("A", False)
    assert [one.target for one in found.references] == ["c", "d"]
    assert article("---\nlive: true\n---\n", where=where).published is True


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("key", ["title", "type", "tags", "related", "image", "url", "draft", "date"])
def test_any_field_may_be_mapped_to_any_key(field: str, key: str) -> None:
    text = "---\ntitle: A\ntype: b\ntags: [c]\nrelated: [d]\nimage: e.png\nurl: /f/\ndraft: true\ndate: 2020-01-01\n---\n"
    assert parsed_file(text, where=replace(site(), key_map={field: (key,)})).document is not None


def test_what_no_field_uses_is_extra() -> None:
    text = "---\ntitle: A\nauthors: [b]\nwebsite: https://c.example\nslug: d\nquality: 3\n1: 2\n---\n"
    assert _extra(text) == {
        "authors": ["b"],
        "website": "https://c.example",
        "slug": "d",
        "quality": 3,
        "1": 2,
    }


def test_what_was_read_from_which_key_is_said() -> None:
    text = "---\nname: A\nsummary: B\ndate: 2020-01-01\ntags: [c]\nslug: d\nalias: e\ndraft: false\ntype: f\n---\n"
    assert dict(parsed_file(text).read_from) == {
        "title": "name",
        "excerpt": "summary",
        "publishedDateTime": "date",
        "topics": "tags",
        "published": "draft",
        "addresses": "slug",
        "names": "alias",
        "type": "type",
    }
