"""How every store compares and orders texts. Stores compute both forms when they write.

Ingest delivers texts in NFC; `canonical` brings the values of clients to the same form.
"""

from __future__ import annotations

import re
from unicodedata import combining

from graph_api.records import normalized

_PAGE_ENDING = re.compile(r"(?:/?index)?\.html?$", re.IGNORECASE)
_DOTTED_I = "i\u0307"  # the case-folded form of İ, which "istanbul" has to find


def canonical(text: str) -> str:
    """*text* in NFC: canonically equivalent texts become equal."""
    return normalized("NFC", text)


def address(text: str) -> str:
    """The address of a page: a path without slashes at its ends, `.html`, and `index.html`, which stands for its folder."""
    return _PAGE_ENDING.sub("", canonical(text)).strip("/")


def fold(text: str) -> str:
    """*text* for comparisons without regard to case; canonically equivalent texts have equal folds."""
    if text.isascii():
        return text.lower()
    return normalized("NFC", normalized("NFD", text).casefold().replace(_DOTTED_I, "i"))


def order_key(text: str) -> str:
    """*text* for orders: first without accents, other combining marks and case, then the text itself.

    U+0001 separates the two; it sorts before all that titles and names contain.
    """
    if text.isascii():
        return f"{text.lower()}\1{text}"
    bare = "".join(sign for sign in normalized("NFD", text) if not combining(sign)).casefold()
    return f"{bare}\1{canonical(text)}"
