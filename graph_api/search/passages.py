"""Where the words of a query occur in a text. A function of text and query alone, so it needs no index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from graph_api.search.query import Clause, Query, is_pair
from graph_api.search.tokens import Occurrence, occurrences

Range: TypeAlias = tuple[int, int]

_BEFORE = 0.25  # the part of a passage that precedes its first highlight
_LONGEST_WORD = 40  # characters that a cut moves at most to meet a space


class Passage(NamedTuple):
    """A text and the *ranges* in it, in code points, that a query asked for: ascending and apart."""

    text: str
    ranges: tuple[Range, ...]


class Marks(NamedTuple):
    """The *ranges* of a text that a query asked for, and which of its clauses were *found*, by number."""

    ranges: tuple[Range, ...]
    found: frozenset[int]


def marks(text: str, query: Query) -> Marks:
    """What *text* has of what *query* asked for."""
    every = list(occurrences(text))
    sequence = [each for each in every if not each.inner]
    ranges: list[Range] = []
    found: set[int] = set()
    for number, clause in enumerate(query.clauses):
        spans = () if clause.is_excluded else tuple(_spans(clause, sequence, every))
        if spans:
            ranges += spans
            found.add(number)
    return Marks(tuple(_joined(sorted(ranges))), frozenset(found))


def highlights(text: str, query: Query) -> tuple[Range, ...]:
    """The ranges of *text* that *query* asked for."""
    return marks(text, query).ranges


def highlight(text: str, query: Query, max_length: int) -> Passage | None:
    """The passage of *text* of about *max_length* characters with the most of what *query* asked for; None without any."""
    ranges = highlights(text, query)
    return passage(text, ranges, max_length) if ranges else None


def _spans(clause: Clause, sequence: Sequence[Occurrence], every: Sequence[Occurrence]) -> Iterator[Range]:
    if clause.is_prefix:
        prefix = clause.terms[-1]
        yield from (_beginning(each) for each in every if each.term.startswith(prefix))
        return
    parts = [clause.terms] if len(clause.terms) > 1 else []
    found = [span for terms in parts for span in _phrases(terms, sequence)]
    if not found and not clause.is_quoted:  # one word, or a name of which each part counts
        terms = set(clause.terms)
        found = [(each.start, each.end) for each in every if each.term in terms]
    elif not found and len(clause.terms) == 1:
        found = [(each.start, each.end) for each in every if each.term == clause.terms[0]]
    yield from found


def _beginning(each: Occurrence) -> Range:
    """The whole word that begins so; of a pair of signs its first one."""
    return (each.start, each.start + 1) if is_pair(each.term) else (each.start, each.end)


def _phrases(terms: tuple[str, ...], sequence: Sequence[Occurrence]) -> Iterator[Range]:
    words = [each.term for each in sequence]
    size = len(terms)
    for at, word in enumerate(words[: len(words) - size + 1]):
        if word == terms[0] and tuple(words[at : at + size]) == terms:
            yield sequence[at].start, sequence[at + size - 1].end


def _joined(ranges: Sequence[Range]) -> Iterator[Range]:
    """*ranges* without overlaps."""
    current: Range | None = None
    for start, end in ranges:
        if current is not None and start <= current[1] and (start < current[1] or start == current[0]):
            current = current[0], max(end, current[1])
            continue
        if current is not None:
            yield current
        current = start, end
    if current is not None:
        yield current


def passage(text: str, ranges: Sequence[Range], max_length: int) -> Passage:
    """The part of *text* of about *max_length* characters that has the most *ranges*; an ellipsis marks where it was cut."""
    if len(text) <= max_length:
        return Passage(text, tuple(ranges))
    best = max(range(len(ranges)), key=lambda at: (_within(ranges, at, max_length), -at))
    start = _word_start(
        text,
        max(0, min(ranges[best][0] - int(max_length * _BEFORE), len(text) - max_length)),
        ranges[best][0],
    )
    end = _word_end(text, min(len(text), start + max_length), start + 1)
    kept = [(low, high) for low, high in ranges if low >= start and high <= end]
    shown = text[start:end]
    left, right = "\u2026" * (start > 0), "\u2026" * (end < len(text))
    shift = len(left) - start
    return Passage(f"{left}{shown}{right}", tuple((low + shift, high + shift) for low, high in kept))


def _within(ranges: Sequence[Range], at: int, max_length: int) -> int:
    """How many ranges, from that at *at* on, a passage holds."""
    limit = ranges[at][0] + max_length * (1 - _BEFORE)
    count = 0
    for _, end in ranges[at : at + 32]:
        if end > limit:
            break
        count += 1
    return count


def _word_start(text: str, at: int, limit: int) -> int:
    """*at*, moved on behind the next space that precedes *limit*, if one is near."""
    if at == 0:
        return 0
    space = next((i for i in range(at, min(limit, at + _LONGEST_WORD)) if text[i].isspace()), None)
    return at if space is None else space + 1


def _word_end(text: str, at: int, limit: int) -> int:
    """*at*, moved back to the space before it, if one is near."""
    if at == len(text):
        return at
    space = next((i for i in range(at, max(limit, at - _LONGEST_WORD), -1) if text[i].isspace()), None)
    return at if space is None else space
