"""Texts in the forms that clients ask for: shortened, and bodies as Markdown, sanitized HTML or plain text.

Bodies are as long as their authors make them, so rendering is bounded. It takes time in proportion to the length;
sanitizing takes the square of the depth of nested elements (0.6 s for 20,000 raw `<div>`). Both release the
interpreter for other threads. A longer body, or one with more nested lists and quotes than people write, is
answered as Markdown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
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
    sanitized = _sanitized(pyromark.html(_with_autolinks(markdown), options=_OPTIONS), url)
    return sanitized if format is BodyFormat.HTML else _plain(sanitized)


# -- HTML ----------------------------------------------------------------------------------------------------

_FOOTNOTE = re.compile(r'<div class="footnote-definition" id="([^"]*)">')
_FOOTNOTE_PREFIX = "fn-"  # of ids, so that no id of a body is one of the page that shows it
_CLASSES = {
    "code": re.compile(r"language-[\w+#.-]+"),
    "sup": re.compile("footnote-(?:reference|definition-label)"),
    "div": re.compile("footnote-definition"),
}
_ALIGNED = re.compile(r'<(t[dh]) style="text-align: (left|center|right)">')
_TAGS = {
    *nh3.ALLOWED_TAGS,
    "input",
    "address",
    "fieldset",
    "legend",
    "main",
    "menu",
    "search",
    "section",
    "tfoot",
}
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "code": {"class"},
    "sup": {"class"},
    "div": {*nh3.ALLOWED_ATTRIBUTES.get("div", ()), "class", "id"},
    "input": {"disabled", "checked"},
}


def _sanitized(rendered: str, url: str) -> str:
    """*rendered* with harmless elements and attributes only, its relative URLs resolved against *url*."""
    footnotes = {html.unescape(id) for id in _FOOTNOTE.findall(rendered)}
    return nh3.clean(
        _ALIGNED.sub(r'<\1 align="\2">', rendered),
        tags=_TAGS,
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
        "address",
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
        "fieldset",
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
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)


_TAG = re.compile(r'<(/?)([a-z0-9]+)((?: [^\s=">]+="[^"]*")*)>')  # as the sanitizer writes it
_ALTERNATIVE = re.compile(r' alt="([^"]*)"')
_BREAK = re.compile(r"\s*[\n\t]\s*")
_ROWS = {"caption", "table", "tbody", "tfoot", "thead", "tr"}


def _plain(sanitized: str) -> str:
    """The text of sanitized HTML: a line for each block, list item and table row, a tab between cells.

    A row stays one line: line ends and tabs within its cells are spaces.
    """
    lines = _Lines()
    text, *rest = _TAG.split(sanitized)
    lines.text(html.unescape(text))
    for end, tag, attributes, after in zip(rest[::4], rest[1::4], rest[2::4], rest[3::4], strict=True):
        if tag in _BLOCKS:
            lines.end_block(tag)
        if end:
            lines.close(tag)
        else:
            lines.open(tag, attributes)
        lines.text(html.unescape(after))
    return "".join(lines.pieces).strip("\n ")


class _Lines:
    """Text in `pieces`; knows whether it is at the start of a line."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.is_at_start = True
        self._cells = 0
        self._is_in_cell = False  # from its start to the next cell, or to the end of the row
        self._is_preformatted = False
        self._image_end = 0  # the number of pieces after the last image
        self._closings: list[str] = []  # the text at the end of each open <sup>

    def open(self, tag: str, attributes: str) -> None:
        if tag == "tr":
            self._cells = 0
        elif tag == "br":
            self.write("\n")
        elif tag == "pre":
            self._is_preformatted = True
        elif tag == "img":
            found = _ALTERNATIVE.search(attributes)
            self._image(html.unescape(found[1]) if found else "")
        elif tag == "input":
            self.write("[x] " if " checked=" in attributes else "[ ] ")
            self.is_at_start = True
        elif tag in {"td", "th"}:
            self._end_cell()
            self.write("\t" if self._cells else "")
            self._cells += 1
            self._is_in_cell = True
        elif tag == "sup":  # footnotes are [1]: the number would be a part of the word before it otherwise
            is_footnote = "footnote-" in attributes
            self.write("[" if is_footnote else "")
            self._closings.append(("] " if "-label" in attributes else "]") if is_footnote else "")

    def close(self, tag: str) -> None:
        if tag == "pre":
            self._is_preformatted = False
        elif tag == "sup" and self._closings:
            closing = self._closings.pop()
            self.write(closing)
            self.is_at_start = closing == "] "

    def text(self, text: str) -> None:
        """Writes text between tags; where a line starts, without the white space that indents HTML."""
        if self.is_at_start:
            text = text.lstrip("\n" if self._is_preformatted else " \t\n")
        self.write(text)

    def write(self, text: str) -> None:
        if self._is_in_cell:
            text = _BREAK.sub(" ", text)
            if self._is_after_space():
                text = text.lstrip(" ")
        if text:
            self.pieces.append(text)
            self.is_at_start = text.endswith("\n")

    def end_block(self, tag: str) -> None:
        if tag in _ROWS:
            self._end_cell()
        if not self.is_at_start:
            self.write("\n")

    def _end_cell(self) -> None:
        if self._is_in_cell and self.pieces:
            self.pieces[-1] = self.pieces[-1].rstrip(" ")
        self._is_in_cell = False

    def _image(self, alternative: str) -> None:
        if self._image_end == len(self.pieces) and alternative:
            self.write(" ")
        self.write(alternative)
        self._image_end = len(self.pieces)

    def _is_after_space(self) -> bool:
        return not self.pieces or self.pieces[-1].endswith((" ", "\t", "\n"))


# -- autolinks -----------------------------------------------------------------------------------------------

_BARE = re.compile(
    r"(?<![^\s*_~(])(?:https?://|www\.)[\w-]++(?:\.[\w-]++)+[^\s<>\[\]]*+"
    r"|(?<![\w.+/@-])[\w.+-]++@[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)+",
    re.ASCII,
)
_OPAQUE = {"Link", "Image", "CodeBlock"}  # what bare URLs are not linked in
_OPAQUE_TAG = re.compile(r"<(/?)(?:a|code|pre)(?=[\s/>])", re.IGNORECASE)  # nor in these of raw HTML
_INLINE_ENDS = {"Paragraph", "Heading", "Item", "TableCell"}
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
    depth, raw, start, end = 0, 0, 0, 0
    events: Any = pyromark.events_with_range(markdown, options=_OPTIONS)  # typed as a union of 30 dicts
    for event, place in events:
        # An event is a text, or a mapping of its kind to a tag: a text, or a mapping of its name to its values.
        if "Start" in event:
            depth += _name(event["Start"]) in _OPAQUE
        elif "End" in event:
            name = _name(event["End"])
            depth -= name in _OPAQUE
            raw = 0 if name in _INLINE_ENDS else raw  # an element that is not closed ends with its block
        elif "InlineHtml" in event and (tag := _OPAQUE_TAG.match(event["InlineHtml"])):
            raw = max(0, raw + (-1 if tag[1] else 1))
        elif "Text" in event and depth == raw == 0:
            if place["start"] != end:
                yield start, end
                start = place["start"]
            end = place["end"]
    yield start, end


def _name(tag: Any) -> Any:
    return tag if type(tag) is str else next(iter(tag))


def _without_trailing(url: str) -> str:
    """*url* without the punctuation of the sentence around it: a closing parenthesis stays if it has an opening one."""
    unopened = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]
