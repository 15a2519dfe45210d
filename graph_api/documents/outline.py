"""The outline of a Markdown body: its first heading, its first paragraph, and the documents it names, in order.

pyromark parses the body, so that links are what CommonMark says they are: nothing in code, in comments, or in text that
only looks like a link. Template tags of Jekyll and Hugo are not Markdown, and their spaces would end a link's address;
so a private-use character stands for each while pyromark reads the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyromark

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.documents.limits import MAX_REFERENCES, MAX_TEXT

_OPTIONS = (
    pyromark.Options.ENABLE_WIKILINKS
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
)
_TAG_START, _TAG_END = "\ue000", "\ue001"
_TAG = re.compile(r"\{%[^\n]*?%\}|\{\{[^\n]*?\}\}")
_PLACED = re.compile(f"{_TAG_START}([0-9]+){_TAG_END}")
_HIDDEN = re.compile(
    r"%%.*?%%|\{%-?\s*(comment|raw|highlight)\b[^\n]*?%\}.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HREF = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NAMING_TAG = re.compile(
    r"""\{%-?\s*(?:link|post_url)\s+(?P<jekyll>\S.*?)\s*-?%\}
      |\{\{[<%]\s*(?:ref|relref)\s+(?:path\s*=\s*)?(?P<hugo>"[^"]*"|`[^`]*`|[^\s>%]+)[^\n]*?[>%]\}\}""",
    re.VERBOSE,
)
_ADDRESS_TAG = re.compile(
    r"""\{\{-?\s*["']([^"']*)["']\s*\|\s*(?:relative_url|absolute_url|url|relURL|absURL)\b"""
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_ASCII = 128
_QUOTES = "\"'`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The text of the first heading of level 1 and of the first paragraph, None where there is none, and *references*."""

    heading: str | None
    paragraph: str | None
    references: tuple[Reference, ...]


def outline(body: str, first_line: int = 1) -> Outline:
    """The outline of *body*, whose first line has the number *first_line* in its file.

    References beyond MAX_REFERENCES are left out.
    """
    tags: list[str] = []
    text = _without_tags(body, tags)
    reader = _Reader(text.encode(errors="replace"), first_line, tags)
    for event, span in pyromark.events_with_range(text, options=_OPTIONS):
        if isinstance(event, str):  # a break
            reader.add_text(" ")
            continue
        for kind, value in event.items():
            if (read := reader.kinds.get(kind)) is not None:
                read(value, span)
        if reader.is_full:
            break
    return Outline(
        heading=reader.heading or None,
        paragraph=reader.paragraph or None,
        references=tuple(reader.references),
    )


def _without_tags(body: str, tags: list[str]) -> str:
    """*body* with a placeholder for each template tag, which is added to *tags*; what templates hide is blank."""
    if _TAG_START in body:
        body = body.replace(_TAG_START, " ")
    if "%%" in body or "{%" in body:
        body = _HIDDEN.sub(_blank, body)
    if "{%" not in body and "{{" not in body:
        return body

    def placed(found: re.Match[str]) -> str:
        tags.append(found[0])
        return f"{_TAG_START}{len(tags) - 1}{_TAG_END}"

    return _TAG.sub(placed, body)


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n") or " "


class _Reader:
    """Collects the outline from the events of one body."""

    def __init__(self, data: bytes, first_line: int, tags: list[str]) -> None:
        self.heading = ""
        self.paragraph = ""
        self.references: list[Reference] = []
        self._data = data
        self._tags = tags
        self._line, self._counted = first_line, 0
        self._block: str | None = None
        self._texts: list[str] = []
        self._link: tuple[ReferenceForm, str, int] | None = None
        self._link_texts: list[str] = []
        self._is_code = False
        self._lists = 0
        self.is_full = False
        # Any: values are nested dicts of many shapes
        self.kinds: Mapping[str, Callable[[Any, Any], None]] = {
            "Text": self._text,
            "Start": self._start,
            "End": self._end,
            "Code": self._code,
            "Html": self._html,
            "InlineHtml": self._html,
        }

    def _start(self, value: Any, span: Any) -> None:
        name: str = value if isinstance(value, str) else next(iter(value))
        detail: Any = None if isinstance(value, str) else value[name]
        if name in {"Link", "Image"}:
            self._open_link(name, detail, span)
        elif name == "CodeBlock":
            self._is_code = True
        elif name == "List":
            self._lists += 1
        elif name == "Heading" and detail["level"] == "H1" and not self.heading:
            self._block, self._texts = "heading", []
        elif name == "Paragraph" and not self.paragraph and not self._lists:
            self._block, self._texts = "paragraph", []

    def _end(self, value: Any, _span: Any) -> None:
        name = value if isinstance(value, str) else next(iter(value))
        if name in {"Link", "Image"}:
            self._close_link()
        elif name == "CodeBlock":
            self._is_code = False
        elif name == "List":
            self._lists -= 1
        elif (name == "Heading" and self._block == "heading") or (
            name == "Paragraph" and self._block == "paragraph"
        ):
            self._close_block()

    def _close_block(self) -> None:
        text = " ".join(_PLACED.sub("", "".join(self._texts)).split())[:MAX_TEXT]
        if self._block == "heading":
            self.heading = text
        elif not text.startswith(("import ", "export ")):  # of MDX
            self.paragraph = text
        self._block = None

    def _text(self, text: str, span: Any) -> None:
        if self._is_code:
            return
        if self._block is not None or self._link is not None:
            self.add_text(text)
        if self._tags and self._link is None and _TAG_START in text:
            for found in _PLACED.finditer(text):
                self._add_tag(self._tags[int(found[1])], span)

    def _code(self, text: str, _span: Any) -> None:
        self.add_text(text)

    def add_text(self, text: str) -> None:
        """Add to the texts of the open link and of the open block."""
        if self._link is not None:
            self._link_texts.append(text)
        if self._block is not None and not self._is_code:
            self._texts.append(text)

    # -- references ------------------------------------------------------------------------------------------

    def _open_link(self, name: str, detail: Any, span: Any) -> None:
        kind = detail["link_type"]
        is_wikilink = isinstance(kind, dict) and "WikiLink" in kind
        if (name == "Image" and not is_wikilink) or (is_wikilink and self._is_index(span["start"])):
            return
        form = ReferenceForm.WIKILINK if is_wikilink else ReferenceForm.LINK
        self._link, self._link_texts = (form, detail["dest_url"], self._line_at(span["start"])), []

    def _is_index(self, at: int) -> bool:
        """Whether the brackets stand right after a word, as in `a[[1]]`."""
        return at > 0 and chr(self._data[at - 1]).isalnum() and self._data[at - 1] < _ASCII

    def _close_link(self) -> None:
        if self._link is None:  # an image
            return
        form, target, line = self._link
        self._link = None
        self._add(form, target, line, " ".join("".join(self._link_texts).split()))

    def _html(self, text: str, span: Any) -> None:
        if "<a" not in text and "<A" not in text:
            return
        for found in _HREF.finditer(_COMMENT.sub("", text)):
            self._add(
                ReferenceForm.LINK, found[1] or found[2] or found[3] or "", self._line_at(span["start"]), ""
            )

    def _add_tag(self, tag: str, span: Any) -> None:
        if (target := _named(tag)) is not None:
            self._add(ReferenceForm.TAG, target, self._line_at(span["start"]), "")

    def _add(self, form: ReferenceForm, target: str, line: int, text: str) -> None:
        if self._tags and _TAG_START in target:
            form, target = self._with_tags(form, target)
        target = target.partition("#")[0].strip()
        if target and not _is_other_scheme(target):
            self.references.append(Reference(form, target, line, _PLACED.sub("", text)))
            self.is_full = len(self.references) >= MAX_REFERENCES

    def _with_tags(self, form: ReferenceForm, target: str) -> tuple[ReferenceForm, str]:
        """What an address with placeholders names. A variable of the site stands before an address of the site."""
        tags = [self._tags[int(found[1])] for found in _PLACED.finditer(target)]
        for tag in tags:
            if (named := _named(tag)) is not None:
                return ReferenceForm.TAG, named
            if (address := _ADDRESS_TAG.match(tag)) is not None:
                return form, address[1] + _PLACED.sub("", target)
        rest = _PLACED.sub("", target)
        return form, rest if rest.startswith("/") else ""

    def _line_at(self, offset: int) -> int:
        if offset > self._counted:
            self._line += self._data.count(b"\n", self._counted, offset)
            self._counted = offset
        return self._line


def _named(tag: str) -> str | None:
    """The document that a template tag names."""
    found = _NAMING_TAG.fullmatch(tag)
    if found is None:
        return None
    return (found["jekyll"] or found["hugo"]).strip(_QUOTES).partition("#")[0] or None


def _is_other_scheme(target: str) -> bool:
    """Whether *target* is a mail address, a telephone number or the like."""
    scheme = _SCHEME.match(target)
    return scheme is not None and scheme[0].lower() not in {"http:", "https:"}
