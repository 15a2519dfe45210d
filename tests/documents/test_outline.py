"""What a body says: heading, paragraph and references, and what only looks like a reference."""

from __future__ import annotations

import pytest

from graph_api.documents.limits import MAX_REFERENCES
from graph_api.documents.outline import outline


def named(body: str) -> list[tuple[str, str]]:
    return [(one.form.value, one.target) for one in outline(body).references]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[a](b.md#c 'title')", [("link", "b.md")]),
        ("[a][r]\n\n[r]: b.md", [("link", "b.md")]),
        ("<https://a.example/>", [("link", "https://a.example/")]),
        ('<a class="x" href="/b/">a</a>', [("link", "/b/")]),
        ("[![picture](p.png)](b.md)", [("link", "b.md")]),
        ("[[B]] [[B#heading|text]] ![[C]]", [("wikilink", "B"), ("wikilink", "B"), ("wikilink", "C")]),
        (
            "[a]({% post_url 2021-03-18-b %}) {% link _x/c.md %}",
            [("tag", "2021-03-18-b"), ("tag", "_x/c.md")],
        ),
        ('{{< ref "b.md" >}} [a]({{< relref "c/d.md#e" >}})', [("tag", "b.md"), ("tag", "c/d.md")]),
        ("| a |\n|---|\n| [[b\\|c]] |", [("wikilink", "b")]),
        ("[[One: two]] [[Node.js]]", [("wikilink", "One: two"), ("wikilink", "Node.js")]),
        ("[a](https://a.example/b.pdf)", [("link", "https://a.example/b.pdf")]),
        ("{% raw %}[a](b.md) {% link c.md %}{% endraw %}", [("link", "b.md")]),
        ("100%% of [a](b.md) and 20%% of [c](d.md)", [("link", "b.md"), ("link", "d.md")]),
        ("%% [a](b.md)", [("link", "b.md")]),
        ("```mermaid\n%% a note\n```\n[a](b.md)\n```mermaid\n%% a note\n```", [("link", "b.md")]),
        ("<div>\n<a href='/b/'>a</a>\n</div>", [("link", "/b/")]),
        (
            "{{ open [a](b.md) {{< ref c >}} {% open {% link d.md %}",
            [("link", "b.md"), ("tag", "c"), ("tag", "d.md")],
        ),
        ("[a]({{ site.baseurl }}/b/) [c]({{ '/d' | relative_url }})", [("link", "/b/"), ("link", "/d")]),
    ],
)
def test_it_finds_links_of_all_kinds_in_order(body: str, expected: list[tuple[str, str]]) -> None:
    assert named(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "`[a](b.md)` and `[[c]]`",
        "```\n[a](b.md) {% link c.md %}\n```",
        "    [a](b.md)",
        "<!-- [a](b.md) [[c]] -->",
        "%% [a](b.md) %%",
        "![[a.png]] ![[a b.PDF|300]] [c](d.zip) [e](/f.svg?g=1)",
        "%%\n[a](b.md)\n\n[[c]]\n%%",
        "<!--\n<a href='b'>a</a>\n-->",
        "<div>\n<!-- a\n<a href='b'>c</a>\n-->\n</div>",
        "<script>\nlet a = '<a href=b>';\n</script>",
        '{% highlight html %}\n<a href="b">a</a>\n{% endhighlight %}',
        "{% comment %}[a](b.md){% endcomment %}",
        "$[a](b)$",
        "a[[1]]",
        "![a](b.png)",
        r"\[a](b.md)",
        "[a](mailto:a@b.example) [b](tel:1) [c](#here)",
        "[a]({{ page.url }})",
    ],
)
def test_what_only_looks_like_a_link_is_none(body: str) -> None:
    assert named(body) == []


def test_lines_are_those_of_the_file() -> None:
    found = outline("one\n\n[a](b)\nand {{< ref x >}}\n\n[[c]]\n", first_line=5).references
    assert [one.line for one in found] == [7, 8, 10]


def test_lines_of_html_are_those_of_the_file() -> None:
    found = outline("one\n\n<div>\n<!--\n-->\n<a href='b'>b</a>\n</div>\n\n[c](d)\n", first_line=5).references
    assert [(one.target, one.line) for one in found] == [("b", 10), ("d", 13)]


@pytest.mark.parametrize(
    ("body", "heading", "paragraph"),
    [
        ("A %%note%% text.", None, "A text."),
        (
            "[![Build](a.svg)](b)\n\n![c](d.png)\n\nText with ![e](f.png) a picture.",
            None,
            "Text with a picture.",
        ),
        ("# One {#one}\n{: .no_toc }\n\nText.", "One", "Text."),
        ("One\n===\n\n> Quoted *text*", "One", "Quoted text"),
        ("{% include a.html %}\n\n<p>no</p>\n\nText `code` &amp; more.", None, "Text code & more."),
        ("```\n# no\n```\n\n# One\n\n# Two", "One", None),
    ],
)
def test_headings_and_paragraphs_are_what_readers_see(
    body: str, heading: str | None, paragraph: str | None
) -> None:
    assert (outline(body).heading, outline(body).paragraph) == (heading, paragraph)


def test_a_link_around_a_picture_has_all_its_text() -> None:
    [found] = outline("[![One](a.png) two](b.md)").references
    assert (found.target, found.text) == ("b.md", "One two")


def test_heading_and_paragraph_are_text() -> None:
    found = outline(
        "import X from 'y'\n\n## Sub\n\n# A *b* `c`\n\n- item\n\nFirst [link](x)\nline.\n\nSecond."
    )
    assert (found.heading, found.paragraph) == ("A b c", "First link line.")


def test_there_are_bodies_without_either() -> None:
    found = outline("### Soundings\n")
    assert (found.heading, found.paragraph) == (None, None)


def test_references_are_bounded() -> None:
    for body in ("[a](b)\n", "{% link b %}", "<a href='b'>"):
        assert len(outline(body * (MAX_REFERENCES + 10)).references) == MAX_REFERENCES
