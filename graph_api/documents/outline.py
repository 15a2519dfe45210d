"""The outline of a Markdown body: its first heading, its first paragraph, and the documents it names, in order.

pyromark parses the body, so that links are what CommonMark says they are: nothing in code, in comments, or in text that
only looks like a link. Template tags of Jekyll and Hugo are not Markdown, and their spaces would end a link's address;
so a private-use character stands for each while pyromark reads the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyromark

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.documents.limits import MAX_OUTLINE, MAX_REFERENCES, MAX_TEXT

_OPTIONS = (
    pyromark.Options.ENABLE_WIKILINKS
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
)
_TAG_START, _TAG_END = "\ue000", "\ue001"
# A tag holds no start of another, so that a body of nothing but starts is read in linear time.
_TAG = re.compile(r"\{%(?:[^\n{]|\{(?!%)){0,500}?%\}|\{\{(?:[^\n{]|\{(?!\{)){0,500}?\}\}")
_PLACED = re.compile(f"{_TAG_START}([0-9]+){_TAG_END}")
_BLOCK = re.compile(r"\{%-?\s{0,9}(comment|raw|highlight)\b[^\n]{0,200}?%\}")
_NOTE_START = re.compile(r"(?<![\w%])%%")
_NOTE = re.compile(r"(?<![\w%])%%.*?%%")
_ATTRIBUTES = re.compile(r"\{[:#][^{}\n]{0,200}\}")  # `{#name}` of headings, `{: .class}` of kramdown
_SILENT_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\b|\Z)", re.DOTALL | re.IGNORECASE)
_HREF = re.compile(
    r"""<a\s[^>]{0,500}?\bhref\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]+))""", re.IGNORECASE
)
_NAMING_TAG = re.compile(
    r"""\{%-?\s*(?:link|post_url)\s+(?P<jekyll>\S.*?)\s*-?%\}
      |\{\{[<%]\s*(?:ref|relref)\s+(?:path\s*=\s*)?(?P<hugo>"[^"]*"|`[^`]*`|[^\s>%]+)[^\n]*?[>%]\}\}""",
    re.VERBOSE,
)
_ADDRESS_TAG = re.compile(
    r"""\{\{-?\s*["']([^"']*)["']\s*\|\s*(?:relative_url|absolute_url|url|relURL|absURL)\b"""
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_MEDIA = re.compile(
    r"[^?]*\.(?:avif|bmp|docx?|epub|flac|gif|gz|heic|ico|jpe?g|m4a|mov|mp[34]|og[gv]|pdf|png|pptx?|svg|tgz|tiff?|wav|web[mp]"
    r"|xlsx?|zip)(?:\?.*)?",
    re.IGNORECASE,
)
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

    References beyond MAX_REFERENCES are left out, and so is what follows after MAX_OUTLINE characters.
    """
    tags: list[str] = []
    text = _without_tags(body[:MAX_OUTLINE], tags)
    reader = _Reader(text.encode(errors="replace"), first_line, tags)
    reader.read(text)
    return Outline(
        heading=reader.heading or None,
        paragraph=reader.paragraph or None,
        references=tuple(reader.references),
    )


def _without_tags(body: str, tags: list[str]) -> str:
    """*body* with a placeholder for each template tag, which is added to *tags*; what templates hide is blank."""
    if _TAG_START in body:
        body = body.replace(_TAG_START, " ")
    has_tags = "{%" in body
    if not has_tags and "{{" not in body:
        return body
    if has_tags:
        body = "".join(_without_blocks(body))

    def placed(found: re.Match[str]) -> str:
        tags.append(found[0])
        return f"{_TAG_START}{len(tags) - 1}{_TAG_END}"

    return _TAG.sub(placed, body)


def _without_blocks(body: str) -> Iterator[str]:
    """The pieces of *body*: comments and listings of Liquid are blank, and in `raw` only the tags are."""
    at = 0
    without_end: set[str] = set()
    for opening in _BLOCK.finditer(body):
        name = opening[1]
        if opening.start() < at or name in without_end:
            continue
        closing = re.compile(rf"\{{%-?\s{{0,9}}end{name}\s{{0,9}}-?%\}}").search(body, opening.end())
        if closing is None:
            without_end.add(name)
            continue
        yield body[at : opening.start()]
        block = body[opening.start() : closing.end()]
        yield _TAG.sub(" ", block) if name == "raw" else "\n" * block.count("\n") or " "
        at = closing.end()
    yield body[at:]


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
        self._images: list[bool] = []  # of each open image: whether it embeds a document
        self._html_block: list[str] | None = None
        self._html_line = 0
        self._before_note: int | None = None
        self.is_full = False
        # Any: values are nested dicts of many shapes
        self._starts: Mapping[str, Callable[[Any, Any], None]] = {
            "Link": self._open_link,
            "Image": self._open_image,
            "CodeBlock": self._open_code,
            "HtmlBlock": self._open_html,
            "List": self._open_list,
            "Heading": self._open_heading,
            "Paragraph": self._open_paragraph,
        }
        self._ends: Mapping[str, Callable[[], None]] = {
            "Link": self._close_link,
            "Image": self._close_image,
            "CodeBlock": self._close_code,
            "HtmlBlock": self._close_html,
            "List": self._close_list,
            "Heading": self._close_block,
            "Paragraph": self._close_block,
        }
        self._others: Mapping[str, Callable[[Any, Any], None]] = {
            "Code": self._code,
            "Html": self._html,
            "InlineHtml": self._inline_html,
        }

    def read(self, text: str) -> None:
        """Collect from the events of *text*, until there are MAX_REFERENCES references."""
        has_tags = bool(self._tags)
        events: Iterable[Any] = pyromark.events_with_range(text, options=_OPTIONS)
        for event, span in events:
            if isinstance(event, str):  # a break
                self._add_text(" ")
            elif "Text" in event:  # most texts are in no link, heading or first paragraph
                found = event["Text"]
                if self._link is not None or self._block is not None or has_tags or "%%" in found:
                    self._text(found, span)
            else:
                self._part(event, span)
                if self.is_full:
                    break

    def _part(self, event: Any, span: Any) -> None:
        """Handle the start or end of a block or link, inline code, or HTML."""
        [(kind, value)] = event.items()
        if kind not in {"Start", "End"}:
            if kind in self._others:
                self._others[kind](value, span)
            return
        [name] = (value,) if isinstance(value, str) else value
        if kind == "End":
            if name in self._ends:
                self._ends[name]()
        elif name in self._starts:
            self._starts[name](value, span)

    # -- blocks ----------------------------------------------------------------------------------------------

    def _open_code(self, _value: Any, _span: Any) -> None:
        self._is_code = True

    def _close_code(self) -> None:
        self._is_code = False

    def _open_list(self, _value: Any, _span: Any) -> None:
        self._lists += 1

    def _close_list(self) -> None:
        self._lists -= 1

    def _open_html(self, _value: Any, span: Any) -> None:
        self._html_block, self._html_line = [], self._line_at(span["start"])

    def _close_html(self) -> None:
        self._add_html("".join(self._html_block or ()), self._html_line)
        self._html_block = None

    def _open_heading(self, value: Any, _span: Any) -> None:
        if not self.heading and value["Heading"]["level"] == "H1":
            self._block, self._texts = "heading", []

    def _open_paragraph(self, _value: Any, _span: Any) -> None:
        if not self.paragraph and not self._lists:
            self._block, self._texts = "paragraph", []

    def _close_block(self) -> None:
        if self._block is None:
            return
        text = _ATTRIBUTES.sub("", _NOTE.sub("", _PLACED.sub("", "".join(self._texts))))
        text = " ".join(text.split())[:MAX_TEXT]
        if self._block == "heading":
            self.heading = text
        elif not text.startswith(("import ", "export ")):  # of MDX
            self.paragraph = text
        self._block = None

    def _text(self, text: str, span: Any) -> None:
        if self._is_code:
            return
        if self._block is not None or self._link is not None:
            self._add_text(text)
        if "%%" in text:
            self._note(text)
        if self._tags and self._link is None and _TAG_START in text:
            for found in _PLACED.finditer(text):
                self._add_tag(self._tags[int(found[1])], span)

    def _note(self, text: str) -> None:
        """Drop the references inside Obsidian's comments, between `%%`, which pages do not show."""
        at = 0
        while at >= 0:
            if self._before_note is None:
                opening = _NOTE_START.search(text, at)
                at = -1 if opening is None else opening.end()
                self._before_note = None if opening is None else len(self.references)
            else:
                closing = text.find("%%", at)
                at = -1 if closing < 0 else closing + 2
                if closing >= 0:
                    del self.references[self._before_note :]
                    self._before_note = None

    def _code(self, text: str, _span: Any) -> None:
        self._add_text(text)

    def _add_text(self, text: str) -> None:
        """Add to the texts of the open link and of the open block."""
        if self._link is not None:
            self._link_texts.append(text)
        if self._block is not None and not self._is_code and not self._images:
            self._texts.append(text)

    # -- references ------------------------------------------------------------------------------------------

    def _open_link(self, value: Any, span: Any) -> None:
        [detail] = value.values()
        kind, start = detail["link_type"], span["start"]
        form = ReferenceForm.LINK
        if isinstance(kind, dict) and "WikiLink" in kind:
            if self._is_index(start):
                return
            form = ReferenceForm.WIKILINK
        self._link, self._link_texts = (form, detail["dest_url"], self._line_at(start)), []

    def _open_image(self, value: Any, span: Any) -> None:
        """An embedded document is a reference; a picture is not."""
        kind = value["Image"]["link_type"]
        is_embedded: bool = isinstance(kind, dict) and "WikiLink" in kind
        self._images.append(is_embedded)
        if is_embedded:
            self._open_link(value, span)

    def _close_image(self) -> None:
        if self._images.pop():
            self._close_link()

    def _is_index(self, at: int) -> bool:
        """Whether the brackets stand right after a word, as in `a[[1]]`."""
        return at > 0 and chr(self._data[at - 1]).isalnum() and self._data[at - 1] < _ASCII

    def _close_link(self) -> None:
        if self._link is None:  # brackets after a word
            return
        form, target, line = self._link
        texts, self._link = self._link_texts, None
        self._add(form, target, line, texts[0] if len(texts) == 1 else " ".join("".join(texts).split()))

    def _html(self, text: str, _span: Any) -> None:
        if self._html_block is not None:
            self._html_block.append(text)

    def _inline_html(self, text: str, span: Any) -> None:
        self._add_html(text, self._line_at(span["start"]))

    def _add_html(self, text: str, line: int) -> None:
        """Add the links of HTML that starts in *line*; comments, scripts and styles have none."""
        if "<a" not in text and "<A" not in text:
            return
        counted = 0
        text = _SILENT_HTML.sub(lambda found: "\n" * found[0].count("\n"), text)
        for found in _HREF.finditer(text):
            line, counted = line + text.count("\n", counted, found.start()), found.start()
            self._add(ReferenceForm.LINK, found[1] or found[2] or found[3] or "", line, "")

    def _add_tag(self, tag: str, span: Any) -> None:
        if (target := _named(tag)) is not None:
            self._add(ReferenceForm.TAG, target, self._line_at(span["start"]), "")

    def _add(self, form: ReferenceForm, target: str, line: int, text: str) -> None:
        if self.is_full:
            return
        if self._tags:
            text = _PLACED.sub("", text)
            form, target = self._with_tags(form, target) if _TAG_START in target else (form, target)
        target = target.partition("#")[0].strip()
        if form is ReferenceForm.WIKILINK:
            target = target.removesuffix("\\")  # `[[a\\|b]]`, as tables need it
        if target and _may_be_document(form, target):
            self.references.append(Reference(form, target, line, text))
            self.is_full = len(self.references) >= MAX_REFERENCES

    def _with_tags(self, form: ReferenceForm, target: str) -> tuple[ReferenceForm, str]:
        """The form and target of an address with placeholders. Unknown tags, such as `{{ site.baseurl }}`, are dropped."""
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


def _may_be_document(form: ReferenceForm, target: str) -> bool:
    """Whether *target* can be a page: no mail address or the like, and no picture or other file of the site."""
    scheme = _SCHEME.match(target) if form is ReferenceForm.LINK and ":" in target else None
    if scheme is not None:
        return scheme[0].lower() in {"http:", "https:"}
    return _MEDIA.fullmatch(target) is None
