"""Texts in the forms clients ask for: shortened, and bodies as Markdown, sanitised HTML or plain text."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

from graph_api.schema.inputs import BodyFormat

_ELLIPSIS = "…"


def shortened(text: str | None, max_chars: int | None) -> str | None:
    """*text* in at most *max_chars* characters: cut after a word where there is one, with an ellipsis."""
    if text is None or max_chars is None or len(text) <= max_chars:
        return text
    room = text[: max_chars - len(_ELLIPSIS)]
    head, space, _ = room.rpartition(" ")
    cut_in_word = not text[len(room)].isspace()
    return (head if cut_in_word and space else room).rstrip() + _ELLIPSIS


def body(markdown: str, format: BodyFormat) -> str:
    """The body in the wanted form. HTML has no scripts, styles, forms or event handlers."""
    if format is BodyFormat.MARKDOWN:
        return markdown
    html = _rendered(markdown)
    return html if format is BodyFormat.HTML else _plain(html)


@lru_cache(maxsize=256)
def _rendered(markdown: str) -> str:
    return nh3.clean(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))


def _plain(html: str) -> str:
    text = nh3.clean(html, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u00a0"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text.strip()
