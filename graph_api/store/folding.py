"""How texts are compared and ordered by every store: computed once, when they are written."""

from __future__ import annotations

from unicodedata import combining

from graph_api.records import normalized

_DOTTED_I = "i\u0307"  # what İ becomes: the dot is lost, so that "istanbul" finds İstanbul


def fold(text: str) -> str:
    """*text* for comparing without regard to case. Canonically equivalent texts have equal folds."""
    if text.isascii():
        return text.lower()
    return normalized("NFC", normalized("NFD", text).casefold().replace(_DOTTED_I, "i"))


def order_key(text: str) -> str:
    """*text* for ordering: first without accents, other marks and case, then as it is.

    The texts are separated by a character that sorts before all that titles and names contain.
    """
    if text.isascii():
        return f"{text.lower()}\1{text}"
    bare = "".join(sign for sign in normalized("NFD", text) if not combining(sign)).casefold()
    return f"{bare}\1{normalized('NFC', text)}"
