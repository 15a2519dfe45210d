"""Texts in the forms that clients ask for: shortened, and bodies as Markdown, sanitised HTML or plain text.

Bodies are as long as their authors make them, so rendering is bounded. It takes time in proportion to the length;
sanitising takes the square of the depth of nested elements (0.6 s for 20,000 raw `<div>`). Both release the
interpreter for other threads. A longer body, or one with more nested lists and quotes than anybody writes, is
answered as Markdown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin

import nh3
import pyromark

from graph_api.schema.inputs import BodyFormat

_MAX_RENDERED = 100_000  # characters
_TOO_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])){50}", re.MULTILINE)
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_FOOTNOTES
)
_ELLIPSIS = "…"


def shortened(text: str | None, max_chars: int | None) -> str | None:
    """*text* in at most *max_chars* characters: cut after a word where there is one, with an ellipsis."""
    if text is None or max_chars is None or len(text) <= max_chars:
        return text
    room = text[: max_chars - len(_ELLIPSIS)]
    head, space, _ = room.rpartition(" ")
    cut_in_word = not text[len(room)].isspace()
    return (head if cut_in_word and space else room).rstrip() + _ELLIPSIS


def body(markdown: str, format: BodyFormat, url: str) -> str:
    """The body of the article at *url* in the given form.

    HTML has no scripts, styles, forms or event handlers; relative links and images are resolved against *url*. A body
    that exceeds the bounds is a `<pre>` in HTML; as text it is the Markdown itself.
    """
    if format is BodyFormat.MARKDOWN:
        return markdown
    if len(markdown) > _MAX_RENDERED or _TOO_DEEP.search(markdown):
        return markdown if format is BodyFormat.TEXT else f"<pre>{html.escape(markdown, quote=False)}</pre>"
    sanitised = _sanitised(pyromark.html(_with_autolinks(markdown), options=_OPTIONS), url)
    return sanitised if format is BodyFormat.HTML else _plain(sanitised)


# -- HTML ----------------------------------------------------------------------------------------------------

_FOOTNOTE = re.compile(r'<div class="footnote-definition" id="([^"]*)">')
_FOOTNOTE_PREFIX = "fn-"  # of ids, so that no id of a body is one of the page that shows it
_CLASSES = {
    "code": re.compile(r"language-[\w+#.-]+"),
    "sup": re.compile("footnote-(?:reference|definition-label)"),
    "div": re.compile("footnote-definition"),
}
_ALIGNED = re.compile(r'<(t[dh]) style="text-align: (left|center|right)">')
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "code": {"class"},
    "sup": {"class"},
    "div": {*nh3.ALLOWED_ATTRIBUTES.get("div", ()), "class", "id"},
    "input": {"disabled", "checked"},
}


def _sanitised(rendered: str, url: str) -> str:
    """*rendered* with harmless elements and attributes only, its relative URLs resolved against *url*."""
    footnotes = {html.unescape(id) for id in _FOOTNOTE.findall(rendered)}
    return nh3.clean(
        _ALIGNED.sub(r'<\1 align="\2">', rendered),
        tags={*nh3.ALLOWED_TAGS, "input"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute_filter(footnotes),
        set_tag_attribute_values={"input": {"type": "checkbox"}},  # one only: their order is random
        url_relative=_resolver(url, footnotes),
        id_prefix=_FOOTNOTE_PREFIX,
    )


def _attribute_filter(footnotes: set[str]) -> Callable[[str, str, str], str | None]:
    """Keeps classes of code and footnotes, and ids of footnotes."""

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return value if tag in _CLASSES and _CLASSES[tag].fullmatch(value) else None
        if name == "id":
            return (
                value if value.removeprefix(_FOOTNOTE_PREFIX) in footnotes else None
            )  # the prefix is set already
        return value

    return kept


def _resolver(base: str, footnotes: set[str]) -> Callable[[str], str | None]:
    """Resolves relative URLs; links to footnotes stay inside the body."""

    def resolved(url: str) -> str | None:
        if url.startswith("#") and unquote(url[1:]) in footnotes:
            return f"#{_FOOTNOTE_PREFIX}{url[1:]}"
        try:
            absolute = urljoin(base, url)
        except ValueError:  # brackets that are no IPv6 address
            return None
        return absolute if absolute.startswith(("http://", "https://")) else None

    return resolved


# -- plain text ----------------------------------------------------------------------------------------------

_BLOCKS = frozenset(
    [
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "li",
        "nav",
        "ol",
        "p",
        "pre",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)


def _plain(sanitised: str) -> str:
    """The text of sanitised HTML: a line for each block, list item and table row, a tab between cells."""
    writer = _TextWriter()
    writer.feed(sanitised)
    writer.close()
    return "".join(writer.pieces).strip("\n ")


class _TextWriter(HTMLParser):
    """Collects the text of HTML in `pieces`."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._starts_line = True
        self._cells = 0
        self._closings: list[str] = []  # what ends each open <sup>

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self._cells = 0
        if tag in _BLOCKS:
            self._end_line()
        elif tag == "br":
            self._write("\n")
        elif tag == "img":
            self._write(given.get("alt") or "")
        elif tag == "input":
            self._write("[x] " if "checked" in given else "[ ] ")
            self._starts_line = True
        elif tag in {"td", "th"}:
            if self._cells:
                self._write("\t")
            self._cells += 1
        elif tag == "sup":
            self._start_sup(given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        elif tag == "sup" and self._closings:
            closing = self._closings.pop()
            self._write(closing)
            self._starts_line = closing == "] "

    def handle_data(self, data: str) -> None:
        self._write(data.lstrip("\n") if self._starts_line else data)

    def _start_sup(self, name: str) -> None:
        """Footnotes are `[1]`: the label would otherwise be a part of the word before it."""
        is_footnote = name.startswith("footnote")
        self._write("[" if is_footnote else "")
        self._closings.append(("] " if name.endswith("label") else "]") if is_footnote else "")

    def _write(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self._starts_line = text.endswith("\n")

    def _end_line(self) -> None:
        if not self._starts_line:
            self._write("\n")


# -- autolinks -----------------------------------------------------------------------------------------------

_BARE = re.compile(
    r"(?<![^\s*_~(])(?:https?://|www\.)[\w-]++(?:\.[\w-]++)+[^\s<>\[\]]*+"
    r"|(?<![\w.+/@-])[\w.+-]++@[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)+",
    re.ASCII,
)
_OPAQUE = {"Link", "Image", "CodeBlock"}  # what bare URLs are not linked in
_TRAILING = "?!.,:;*_~'\""


def _with_autolinks(markdown: str) -> str:
    """*markdown* with bare URLs and e-mail addresses as links, as in GitHub's Markdown."""
    if "://" not in markdown and "www." not in markdown and "@" not in markdown:
        return markdown
    source = markdown.encode(errors="replace")
    pieces: list[bytes] = []
    done = 0
    for start, end in _texts(source.decode()):
        for found in _BARE.finditer(source[start:end].decode()):
            url = _without_trailing(found.group())
            at = start + len(source[start:end].decode()[: found.start()].encode())
            pieces += (source[done:at], _linked(url).encode())
            done = at + len(url.encode())
    return b"".join((*pieces, source[done:])).decode()


def _linked(url: str) -> str:
    return f"[{url}](http://{url})" if url.startswith("www.") else f"<{url}>"


def _texts(markdown: str) -> Iterator[tuple[int, int]]:
    """Start and end, in bytes, of each run of text outside links, images and code."""
    depth, start, end = 0, 0, 0
    events: Any = pyromark.events_with_range(markdown, options=_OPTIONS)  # typed as a union of 30 dicts
    for event, place in events:
        # An event is a text, or a mapping of its kind to a tag: a text, or a mapping of its name to its values.
        if "Start" in event and _OPAQUE.intersection(_names(event["Start"])):
            depth += 1
        elif "End" in event and _OPAQUE.intersection(_names(event["End"])):
            depth -= 1
        elif "Text" in event and depth == 0:
            if place["start"] != end:
                yield start, end
                start = place["start"]
            end = place["end"]
    yield start, end


def _names(tag: Any) -> set[str]:
    return {tag} if type(tag) is str else set(tag)


def _without_trailing(url: str) -> str:
    """*url* without the punctuation of the sentence around it: a closing parenthesis stays if it has an opening one."""
    unopened = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]
