"""What a reader sees of Markdown: the text that is indexed and quoted, without addresses and tags.

Patterns, not a parser: they take a tenth of the time, and a mistake costs a word in the index, never an answer.
"""

from __future__ import annotations

import re

# Each alternative begins with a literal, and so does each line: `re` then skips all other characters quickly.
_INLINE = re.compile(
    r"`[^`\n]*`"
    r"|\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)"  # ](address "title")
    r"|\]\[[^\]\n]*\]"  # ][reference]
    r"|<[/!?a-zA-Z][^<>]*>"  # tags, comments, <https://...>
    r"|https?://\S+"
    r"|\[|\]|\*|\||`|!\[|__"
)
_LINES = re.compile(
    r"\n[ ]{0,3}(?:"
    r"\#{1,6}[ ]|>[ ]?|[-*+][ ]|(?:```|~~~).*"
    r"|-{3,}[ ]*(?=\n|$)|[|:][-:| ]{2,}(?=\n|$)"  # rules, and those of tables
    r"|\[[^\]\n]+\]:[ ]+\S+.*"  # [reference]: address
    r")"
)


def prose(markdown: str) -> str:
    """The words of *markdown* in order, as plain text. Linear in its length."""
    return _INLINE.sub(_shown, _LINES.sub("\n", f"\n{markdown}"))[1:]


def _shown(found: re.Match[str]) -> str:
    text = found.group()
    if text[0] == "`":
        return text.strip("`")
    return " " if text[0] in "<|" else ""
