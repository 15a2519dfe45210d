"""Texts in the forms clients ask for: shortened, and bodies as Markdown, sanitised HTML or plain text.

Whoever writes documents decides how long a body is rendered, so there are bounds. Rendering takes time in
proportion to the length, whatever the Markdown; sanitising takes the square of how deep elements lie in each
other (0.6 s for 20,000 raw `<div>`). Both let other threads run. What is longer, or nests deeper by lists
and quotes than anybody writes, is shown as it was written.
"""

from __future__ import annotations

import html
import re

import nh3
import pyromark

from graph_api.schema.inputs import BodyFormat

_MAX_RENDERED = 100_000  # characters
_TOO_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){50}", re.MULTILINE)
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
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
    """The body in the wanted form. HTML has no scripts, styles, forms or event handlers.

    A body too long or too deep to be rendered stands in a `<pre>`; as text it is the Markdown itself.
    """
    if format is BodyFormat.MARKDOWN:
        return markdown
    if len(markdown) > _MAX_RENDERED or _TOO_DEEP.search(markdown):
        return markdown if format is BodyFormat.TEXT else f"<pre>{html.escape(markdown, quote=False)}</pre>"
    rendered = nh3.clean(pyromark.html(markdown, options=_OPTIONS))
    return rendered if format is BodyFormat.HTML else _plain(rendered)


def _plain(rendered: str) -> str:
    text = nh3.clean(rendered, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u00a0"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text.strip()
