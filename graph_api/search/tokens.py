"""Words of texts: what counts as one, and which spellings are equal.

Case, accents, width and canonical forms are folded. A *token* is what one pattern finds: a word, a version or name
with signs (`2.0`, `c++`, `.net`), a symbol, or a run of a script that is written without spaces. The last becomes
pairs of neighboring characters, and its last character alone; a name with signs also counts as the words in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import is_normalized, normalize

MAX_TERM = 64  # characters; longer words are cut

# Hangul, kana, Han; Thai, Lao, Myanmar, Khmer: words are found by any two characters
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u17d7-\u17ff\u3005-\u3007\u3041-\u309a\u309d-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # their vowel signs belong to words, though `\w` leaves them out
_SYMBOLS = "\u2600-\u27bf\U0001f000-\U0001faff"
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d\u00ad\ufeff\ufe0e\ufe0f]"
)
_FOLLOWS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u3099\u309a\uff9e\uff9f\u1160-\u11ff"
_CLUSTER = re.compile(f".[{_FOLLOWS}]*", re.DOTALL)  # characters that are folded together


def _pattern(word: str, others: str = "") -> re.Pattern[str]:
    """One token. *word* matches letters and digits, as many as there are."""
    return re.compile(
        rf"{word}(?:(?<=\d)(?:\.(?=\d){word})++|[+#]++(?!\w))?"  # word, 2.0, v1.10, c++, c#
        rf"|(?<![.\w])\.(?=[^\W\d_]){word}"  # .net
        rf"{others}"
    )


_ASCII = _pattern("[a-z0-9]++")
_WORD = rf"(?:[^\W_{_UNSPACED}]++|[{_INDIC}]++)++"
_ANY = _pattern(_WORD, rf"|[{_UNSPACED}]+|[{_SYMBOLS}]")
_WORDS = re.compile(_WORD)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


class _Folds(dict[int, str]):
    """The fold of each character beyond ASCII, computed when it first occurs. What is part of no token is a space."""

    def __missing__(self, code: int) -> str:
        plain = normalize("NFKD", normalize("NFKD", chr(code)).casefold())
        folded = normalize("NFC", _MARKS.sub("", plain))
        if folded and not folded.isascii() and not _ANY.match(folded):
            folded = " "
        self[code] = folded
        return folded


_FOLDS = _Folds()
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """*text* without case, accents and differences of width; signs beyond ASCII are spaces."""
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(_folded_run, normalize("NFC", text).lower())


def _folded_run(found: re.Match[str]) -> str:
    folded = found.group().translate(_FOLDS)
    return folded if is_normalized("NFC", folded) else normalize("NFC", folded)


def tokens(text: str) -> list[str]:
    """The tokens of *text*, folded, in order."""
    folded = fold(text)
    return (_ASCII if folded.isascii() else _ANY).findall(folded)


def sequence(text: str) -> list[str]:
    """The terms of *text*, one after the other."""
    folded = fold(text)
    if folded.isascii():
        return _ASCII.findall(folded)
    found: list[str] = _ANY.findall(folded)
    if _IS_UNSPACED.search(folded):
        return [term for token in found for term in terms(token)]
    return found


def terms(token: str) -> tuple[str, ...]:
    """The terms that *token* is indexed as: itself, or the pairs of a run and its last character."""
    if _IS_UNSPACED.match(token):
        return (*(token[at : at + 2] for at in range(len(token) - 1)), token[-1])
    return (token[:MAX_TERM],)


def words_in(term: str) -> tuple[str, ...]:
    """The words in a name with signs, which are indexed too: `c` of `c++`. None of other terms."""
    if term.isalnum() or _IS_UNSPACED.match(term):
        return ()
    return tuple(word for word in _WORDS.findall(term) if word != term)


class Occurrence(NamedTuple):
    """A term at the code points *start* to *end* of a text; *inner*: a word inside of the term before it."""

    term: str
    start: int
    end: int
    inner: bool = False


def occurrences(text: str) -> Iterator[Occurrence]:
    """The terms of *text* in order, with their places in it."""
    if text.isascii():
        for found in _ASCII.finditer(text.lower()):
            token = found.group()
            yield Occurrence(token[:MAX_TERM], found.start(), found.end())
            if not token.isalnum():
                yield from _inner(token, found.start(), range(len(text)), range(1, len(text) + 1))
        return
    folded, starts, ends = _placed(text)
    for found in (_ASCII if folded.isascii() else _ANY).finditer(folded):
        first, token = found.start(), found.group()
        own = terms(token)
        if len(own) == 1:
            yield Occurrence(own[0], starts[first], ends[found.end() - 1])
            yield from _inner(token, first, starts, ends)
        else:
            for at, term in enumerate(own, first):
                yield Occurrence(term, starts[at], ends[at + len(term) - 1])


def _inner(token: str, first: int, starts: Sequence[int], ends: Sequence[int]) -> Iterator[Occurrence]:
    """The words in a name with signs."""
    if words_in(token[:MAX_TERM]):
        for word in _WORDS.finditer(token[:MAX_TERM]):
            yield Occurrence(
                word.group(), starts[first + word.start()], ends[first + word.end() - 1], inner=True
            )


def _placed(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The fold of *text*, and where in *text* each of its characters comes from: starts and ends."""
    starts: list[int] = []
    ends: list[int] = []
    parts: list[str] = []
    for found in _CLUSTER.finditer(text):
        part = _folded_cluster(found.group())
        parts.append(part)
        starts += [found.start()] * len(part)
        ends += [found.end()] * len(part)
    return "".join(parts), starts, ends


@lru_cache(maxsize=4096)
def _folded_cluster(cluster: str) -> str:
    return fold(cluster)
