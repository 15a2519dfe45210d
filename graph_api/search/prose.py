"""What a reader sees of Markdown: the text that is indexed and quoted, without addresses and tags.

Patterns, not a parser: they take a tenth of the time, and a mistake costs a word in the index, never an answer.
"""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    r"^[ ]{0,3}(?:```|~~~).*$"
    r"|(?P<code>`[^`\n]*`)"
    r"|\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)"  # ](address "title")
    r"|\]\[[^\]\n]*\]"  # ][reference]
    r"|<[/!?a-zA-Z][^<>]*>"  # tags, comments, <https://...>
    r"|^[ ]{0,3}\[[^\]\n]+\]:[ ]+\S+.*$"  # [reference]: address
    r"|https?://\S+"
    r"|^[ ]{0,3}(?:\#{1,6}[ ]|>[ ]?|[-*+][ ]|-{3,}[ ]*$|[|:][-:| ]{2,}$)"
    r"|[\[\]*|`]|!(?=\[)|__",
    re.MULTILINE,
)


def prose(markdown: str) -> str:
    """The words of *markdown* in order, as plain text. Linear in its length."""
    return _HIDDEN.sub(_shown, markdown)


def _shown(found: re.Match[str]) -> str:
    text = found.group()
    if found["code"] is not None:
        return text.strip("`")
    return " " if text[0] in "<|" else ""
