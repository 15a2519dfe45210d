"""How every store compares and orders texts. Stores compute both forms when they write.

Ingest delivers texts in NFC; `canonical` brings the values of clients to the same form.
"""

from __future__ import annotations

from unicodedata import combining

from graph_api.records import normalized

_DOTTED_I = "i\u0307"  # the case-folded form of İ, which "istanbul" has to find


def canonical(text: str) -> str:
    """*text* in NFC: canonically equivalent texts become equal."""
    return normalized("NFC", text)


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
