"""Bodies as sanitized HTML and as plain text, and excerpts that are cut."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from html import escape

import pytest
from hypothesis import given, strategies as st

from graph_api.schema import texts
from graph_api.schema.inputs import BodyFormat

URL = "https://site.example/news/one?page=2"


def html_of(markdown: str) -> str:
    return texts.body(markdown, BodyFormat.HTML, URL)


def text_of(markdown: str) -> str:
    return texts.body(markdown, BodyFormat.TEXT, URL)


@pytest.mark.parametrize(
    "hostile", ["<img src=x onerror=alert(1)>", "<style>*{}</style>", "<form action=x>", "<iframe>"]
)
def test_html_bodies_carry_nothing_that_acts(hostile: str) -> None:
    html = html_of(f"before {hostile} after")
    assert not any(word in html for word in ("onerror", "<style", "<form", "<iframe"))


@pytest.mark.parametrize(
    "written",
    ["<b>long</b> " * 10_000, ">" * 60 + " deep", "- a\n\n" + "1. " * 60 + "deep", "> - 1) + " * 20 + "deep"],
    ids=["long", "quotes", "numbers", "mixed"],
)
def test_bodies_that_would_take_long_to_render_are_shown_as_they_are_written(written: str) -> None:
    shown = html_of(written)
    assert shown == f"<pre>{escape(written, quote=False)}</pre>"
    assert text_of(written) == written


def test_what_only_looks_deep_is_rendered() -> None:
    lines = ["> - word", "-" * 200, " " * 200 + "code", "- - - - -", "1. " * 40 + "deep"]
    for line in lines:
        assert "<pre>&gt;" not in html_of(line)
        assert not html_of(line).startswith(f"<pre>{line}")


def test_text_bodies_keep_what_looks_like_markup_when_it_was_text() -> None:
    assert text_of("1 &lt; 2 &amp;lt; `<b>`") == "1 < 2 &lt; <b>"


@pytest.mark.parametrize(
    ("most", "short"),
    [
        (None, "one two three"),
        (13, "one two three"),
        (12, "one two…"),
        (8, "one two…"),
        (7, "one…"),
        (2, "o…"),
        (1, "…"),
    ],
)
def test_an_excerpt_is_cut_after_a_word_with_an_ellipsis(most: int | None, short: str) -> None:
    assert texts.shortened("one two three", most) == short


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example></ScRiPt>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="  java&#10;script:alert(1)">x</a>',
        '<a href="&#1;javascript:alert(1)">x</a>',
        '<a href="//evil.example" onclick=alert(1)>x</a>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "![x](data:text/html,<script>alert(1)</script>)",
        '<code class="language-x onerror" onmouseover=alert(1)>x</code>',
        '<div id="location" class="modal">x</div>',
        '<input type="password" name="secret" autofocus onfocus=alert(1)>',
        '<input type="image" src=x formaction="https://evil.example">',
        "[^<img src=x onerror=alert(1)>]: x",
        'x[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: y',
        "https://a.example/<script>alert(1)</script>",
        'https://a.example/"onclick=alert(1)',
        "www.a.example/](javascript:alert(1))",
        '<td style="text-align: left" onclick=alert(1)>',
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    ],
)
def test_no_script_gets_through(hostile: str) -> None:
    html = html_of(f"before {hostile} after")
    tags = re.findall(r"<[a-z][^>]*>", html)
    assert not any(re.search(r"\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', tag)) for tag in tags), html
    assert not any(
        word in "".join(tags).lower()
        for word in ("script", "data:", "<svg", "<math", "<base", "<meta", "<style")
    )
    assert not any(f" {name}=" in tag for tag in tags for name in ("style", "name", "formaction", "src=x")), (
        html
    )
    assert not re.search(r'<input(?! (?:disabled="" )?(?:checked="" )?type="checkbox">)', html)


@given(st.text(alphabet="<>/\"'=&#;:()[]!`*_~|-. \n\\abhttps://www.@xscriptonjav", max_size=80))
def test_html_is_a_fixed_point_of_sanitizing(markdown: str) -> None:
    html = html_of(markdown)
    assert "<script" not in html.lower()
    assert "javascript:" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', html)).lower()


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("```python\nx\n```", '<pre><code class="language-python">x\n</code></pre>'),
        ("```c++\nx\n```", '<pre><code class="language-c++">x\n</code></pre>'),
        ("- [x] a\n- [ ] b", '<li><input disabled="" checked="" type="checkbox">\na</li>'),
        ("|a|\n|-:|\n|b|", '<td align="right">b</td>'),
        ("~~a~~", "<del>a</del>"),
        (
            "a https://b.example/c_d, e",
            '<a href="https://b.example/c_d" rel="noopener noreferrer">https://b.example/c_d</a>, e',
        ),
        (
            "(https://b.example/c_(d))",
            '(<a href="https://b.example/c_(d)" rel="noopener noreferrer">https://b.example/c_(d)</a>)',
        ),
        (
            "\u00e9 www.b.example.",
            '\u00e9 <a href="http://www.b.example" rel="noopener noreferrer">www.b.example</a>.',
        ),
        ("a@b.example", '<a href="mailto:a@b.example" rel="noopener noreferrer">a@b.example</a>'),
        (
            "<https://b.example>",
            '<a href="https://b.example" rel="noopener noreferrer">https://b.example</a>',
        ),
        ("`https://b.example`", "<code>https://b.example</code>"),
        (
            "[https://b.example](https://c.example)",
            '<p><a href="https://c.example" rel="noopener noreferrer">https://b.example</a></p>',
        ),
        (
            '<a href="https://b.example">www.c.example</a> www.d.example',
            '<p><a href="https://b.example" rel="noopener noreferrer">www.c.example</a> <a href="http://www.d.example"',
        ),
        ("<code>https://b.example</code>", "<p><code>https://b.example</code></p>"),
        ("<a>b\n\nwww.c.example", '<a href="http://www.c.example"'),
        ("<section>a</section>", "<section>a</section>"),
        ("[a](../b)", '<a href="https://site.example/b"'),
        ("[a](/b)", '<a href="https://site.example/b"'),
        ("[a](?c)", '<a href="https://site.example/news/one?c"'),
        ("[a](#c)", '<a href="https://site.example/news/one?page=2#c"'),
        ("[a](//b.example/c)", '<a href="https://b.example/c"'),
        ("![a](b.png)", '<img src="https://site.example/news/b.png" alt="a">'),
        ('<img src="b.png">', '<img src="https://site.example/news/b.png">'),
        ("[a](mailto:b@c.example)", 'href="mailto:b@c.example"'),
        ("[a](https://[b)", '<a rel="noopener noreferrer">a</a>'),
    ],
)
def test_html_keeps_what_markdown_means(markdown: str, html: str) -> None:
    assert html in html_of(markdown)


def test_html_is_the_same_in_every_process() -> None:
    script = (
        "from graph_api.schema.texts import body; from graph_api.schema.inputs import BodyFormat as B;"
        "print(body('- [x] a\\n\\n<input type=text> ![a](b.png)', B.HTML, 'https://a.example/'))"
    )
    answers = {
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
        for _ in range(3)
    }
    assert len(answers) == 1


def test_footnotes_are_linked_within_the_body() -> None:
    html = html_of("a[^n] [b](#n)\n\n[^n]: note\n")
    assert '<sup class="footnote-reference"><a href="#fn-n" rel="noopener noreferrer">1</a></sup>' in html
    assert '<div class="footnote-definition" id="fn-n"><sup class="footnote-definition-label">1</sup>' in html


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("| Q1 | 100 |\n|---|---|\n| Q2 | |\n| | 3 |", "Q1\t100\nQ2\t\n\t3"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc"),
        ("| a<br>b | c |\n|---|---|\n| d | e |", "a b\tc\nd\te"),
        (
            "<table><tr><td>\n<p>a</p>\n<p>b</p>\n</td>\n<td><ul><li>c<li>d</ul></td></tr></table>e",
            "a b\tc d\ne",
        ),
        ("<table><tr><td></td><td>a</td></tr><tr><td>b</td><td></td></tr></table>", "\ta\nb\t"),
        ("<section>a</section><section>b</section>", "a\nb"),
        ("<address>a</address>b", "a\nb"),
        ("![a](b.png)![c](d.png)", "a c"),
        (
            "<table>\n  <tr>\n    <td>a</td>\n    <td>b</td>\n  </tr>\n  <tr>\n    <td>c</td>\n  </tr>\n</table>",
            "a\tb\nc",
        ),
        ("<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>", "a\nb"),
        ("a\n\n<pre>\n  b\n    c</pre>", "a\n  b\n    c"),
        ("A<br>B", "A\nB"),
        ("A  \nB", "A\nB"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("- one\n- two\n  - three", "one\ntwo\nthree"),
        ("<p>a<p>b", "a\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<h1>a</h1>b", "a\nb"),
        ("<dl><dt>a<dd>b</dl>", "a\nb"),
        ("a ![alternative](b.png) c", "a alternative c"),
        ("![](b.png)", ""),
        ('![a > b "c" &amp; d](b.png)', 'a > b "c" & d'),
        ("a < b <c> &lt;br&gt; `<td>`", "a < b  <br> <td>"),
        ("x<sup>2</sup>", "x2"),
        ("- [x] a\n- [ ] b", "[x] a\n[ ] b"),
        ("a[^n]\n\n[^n]: note", "a[1]\n[1] note"),
        ("```\na\n\n  b\n```", "a\n\n  b"),
        ("a<script>b</script>c", "ac"),
        ("**a**b *c*", "ab c"),
        ("a\nb", "a\nb"),
        ("https://b.example", "https://b.example"),
    ],
)
def test_text_separates_what_the_page_separates(markdown: str, text: str) -> None:
    assert text_of(markdown) == text


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a@",
        "www.",
        "http://",
        "https://a.b(",
        "a.b)",
        "https://a.example/)",
        "[^a]",
        "<b>",
        "|",
        "- [ ] ",
        "\u00e9@",
    ],
)
def test_rendering_takes_time_in_proportion_to_the_length(piece: str) -> None:
    start = time.process_time()
    html_of(f"www.a.example @ {piece * (90_000 // len(piece))}")
    assert time.process_time() - start < 2
