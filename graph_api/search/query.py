"""The query language. Every text is a query: what is not one of the four forms below is taken literally.

word          all words must occur; when no document has all, those that have the most of them answer
"some words"  in this order, one right after the other
begin*        any word that begins so; from the ninth on a whole word, as each reads many postings
-word         not this; also -"some words" and -begin*
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph_api.search.tokens import MAX_TERM, sequence, terms

MAX_PREFIXES = 8

_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"' * 7)
_PIECE = re.compile(r'(?<!\S)(-?)"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: *terms*, one right after the other. The last is the beginning of a word if *is_prefix*.

    *is_quoted*: the client asked for this sequence. Else it is one word for the client, such as `node.js`.
    *piece* is the part of the query that it was made from.
    """

    terms: tuple[str, ...]
    piece: tuple[int, int]
    is_prefix: bool = False
    is_quoted: bool = False
    is_excluded: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is dropped when no document has all words."""
        return not (self.is_prefix or self.is_quoted or self.is_excluded)


@dataclass(frozen=True, slots=True)
class Query:
    """The distinct conditions of *text*, in order."""

    text: str
    clauses: tuple[Clause, ...]


def parse(text: str) -> Query:
    """What *text* asks for."""
    distinct: dict[tuple[object, ...], Clause] = {}
    prefixes = 0
    for given in _clauses(text):
        prefixes += given.is_prefix
        clause = replace(given, is_prefix=False) if prefixes > MAX_PREFIXES else given
        distinct.setdefault((clause.terms, clause.is_prefix, clause.is_quoted, clause.is_excluded), clause)
    return Query(text, tuple(distinct.values()))


def _clauses(text: str) -> Iterator[Clause]:
    for found in _PIECE.finditer(text.translate(_QUOTES)):
        minus, quoted, word = found.groups()
        if quoted is not None:
            if words := sequence_of(quoted):
                is_prefix = len(words) == 1 and _is_one_sign(words[0])
                yield Clause(
                    words, found.span(), is_prefix=is_prefix, is_quoted=True, is_excluded=bool(minus)
                )
            continue
        excluded = word.startswith("-")
        words = sequence_of(word.lstrip("-") if excluded else word)
        if words:
            yield from _of_word(words, found.span(), excluded, starred=word.rstrip("\"'").endswith("*"))


def _of_word(
    words: tuple[str, ...], piece: tuple[int, int], excluded: bool, *, starred: bool
) -> Iterator[Clause]:
    last = words[len(words) - 1]
    if starred and len(words) > 1 and not is_pair(last):  # node.j*
        if not excluded:
            yield Clause(words[:-1], piece)
        words = (last,)
    is_prefix = (starred and not is_pair(last)) or (words == (last,) and _is_one_sign(last))
    yield Clause(words, piece, is_prefix=is_prefix, is_excluded=excluded)


def sequence_of(text: str) -> tuple[str, ...]:
    """The terms that follow each other where *text* occurs."""
    found = [term[:MAX_TERM] for term in sequence(text)]
    if len(found) > 1 and _is_one_sign(found[-1]) and is_pair(found[-2]) and found[-2][1] == found[-1]:
        found.pop()  # it ends the run here; where the text occurs, the run may go on
    return tuple(found)


def is_pair(term: str) -> bool:
    """Whether *term* is two characters of a script without spaces."""
    return len(terms(term)) > 1


def _is_one_sign(term: str) -> bool:
    """Whether *term* is one character of a script without spaces: the beginning of pairs."""
    return len(term) == 1 and is_pair(term * 2)
