"""Names for addresses: of topics, which are identities, and of articles, which are not unique."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

_DATE_PREFIX = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}-(?=.)")
_ENDING = re.compile(r"\.(?:md|markdown|ya?ml)$", re.IGNORECASE)
_LONGEST_NAME = 250  # characters of a title that name a file: systems allow 255 bytes
_PIECE = 1_000  # characters: normalising takes the square of a run of marks
_SPELLED = str.maketrans({"+": "plus", "#": "sharp"})


@lru_cache(4096)
def topic_slug(name: str) -> str:
    """The slug of a topic's name: case-folded NFKC, letters and digits of any script, the rest `-`.

    `+` is spelled plus and `#` sharp, so that C, C++ and C# stay three. A name of signs only is spelled
    by its code points. `ValueError` when the name is empty.
    """
    text = _folded(name.strip())
    if not text:
        raise ValueError("a topic's name must not be empty")
    return _hyphenated(text.translate(_SPELLED)) or "-".join(f"u{ord(sign):x}" for sign in text)


def slug_of_path(path: str) -> str:
    """The slug of an article's file: its name without folder, ending and date prefix."""
    stem = _ENDING.sub("", path.rpartition("/")[2])
    return _DATE_PREFIX.sub("", stem, count=1)


def slug_of_title(title: str) -> str:
    """The slug of an article that has no file: its title as the sites' file names spell it.

    They leave signs out (`2.0` is `20`, `SpaceX™` is `spacex`) and join words with `-`.
    """
    title = title[:_LONGEST_NAME]
    words = _normalized("NFC", title.casefold()).replace("-", " ").split()
    kept = ("".join(sign for sign in word if _is_letter(sign)) for word in words)
    return "-".join(filter(None, kept)) or topic_slug(title)


def _folded(text: str) -> str:
    """Case-folded NFKC; twice, since folding can undo the composition (Unicode 3.13, D147)."""
    once = _normalized("NFKC", text).casefold()
    return _normalized("NFKC", once).casefold()


def _normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """*text* in a normal form; one longer than a piece by pieces, each of them."""
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize(form, piece) for piece in pieces)


def _hyphenated(text: str) -> str:
    return "-".join("".join(sign if _is_letter(sign) else " " for sign in text).split())


def _is_letter(sign: str) -> bool:
    """Whether *sign* is a letter, a digit, or a mark that belongs to one, in any script."""
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"
