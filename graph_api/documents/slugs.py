"""Slugs: of topics, which are identities, and of articles, which are not unique."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graph_api.records import normalized

_DATE_PREFIX = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}-(?=.)")
_ENDING = re.compile(r"\.(?:md|markdown|mdx|ya?ml)$", re.IGNORECASE)
_LONGEST_NAME = 250  # characters of a title that name a file: systems allow 255 bytes
_LEADING_DOT = re.compile(r"(?<![\w.])\.(?=[^\W_])")
_SPELLED = str.maketrans({"+": "plus", "#": "sharp"})
_DOTTED_I = "i\u0307"  # the case-folded form of İ
# Characters of Unicode's Default_Ignorable_Code_Point: letters and marks among them, none of them visible.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


@lru_cache(4096)
def topic_slug(name: str) -> str:
    """The slug of a topic's name: case-folded NFKC without invisible characters, in words joined by `-`.

    Letters and digits of any script are kept. `+` is spelled plus, `#` sharp, and the dot before a word dot, so that
    C, C++ and C#, Net and .NET are different topics; symbols outside ASCII, such as emoji, are words made of their
    code point (`u2764`). Other characters separate words. A name without any word is spelled by its code points.
    Raises ValueError when the name is empty.
    """
    folded = _folded(name.strip())
    if not folded:
        raise ValueError("a topic's name must not be empty")
    text = _LEADING_DOT.sub("dot", _INVISIBLE.sub("", folded)).translate(_SPELLED)
    return "-".join(_words(text)) or "-".join(map(_code_point, folded))


def _words(text: str) -> list[str]:
    """The words of *text*: runs of letters, digits and their marks; each symbol is a word by itself."""
    spelled: list[str] = []
    is_word = False
    for character in text:
        is_word = character.isalnum() or (is_word and _is_mark(character))
        if is_word:
            spelled.append(character)
        elif not character.isascii() and (unicodedata.category(character)[0] in "SM"):
            spelled.append(f" {_code_point(character)} ")
        else:
            spelled.append(" ")
    return "".join(spelled).split()


def _code_point(character: str) -> str:
    return f"u{ord(character):x}"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def slug_of_path(path: str) -> str:
    """The slug of an article's file: its name without folder, ending and date prefix."""
    stem = _ENDING.sub("", normalized("NFC", path).rpartition("/")[2])
    return _DATE_PREFIX.sub("", stem, count=1)


def slug_of_title(title: str) -> str:
    """The slug of an article without a file: its title as the sites name their files.

    They drop punctuation and symbols (`2.0` is `20`, `SpaceX™` is `spacex`) and join words with `-`.
    """
    title = title[:_LONGEST_NAME]
    words = _INVISIBLE.sub("", normalized("NFC", title.casefold())).replace("-", " ").split()
    kept = ("".join(char for char in word if char.isalnum() or _is_mark(char)) for word in words)
    return "-".join(filter(None, kept)) or topic_slug(title)


def _folded(text: str) -> str:
    """Case-folded NFKC; twice, since folding can undo the composition (Unicode 3.13, D147).

    İ is i, as in the store's comparisons: names that lookups cannot tell apart are one topic.
    """
    once = normalized("NFKC", text).casefold()
    return normalized("NFKC", once).casefold().replace(_DOTTED_I, "i")
