"""Search in plain Python, without an index: what the search room has to answer, for words of lower-case ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import log

from graph_api.search import Document, Kind

K1, B, WEIGHTS = 1.2, 0.75, (4.0, 1.5, 1.0, 1.5, 1.5)


def article(key: int, name: str, excerpt: str = "", body: str = "") -> Document:
    return Document(key, Kind.ARTICLE, name, excerpt, body)


def words(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", text.lower())


def fields(document: Document) -> list[list[str]]:
    return [words(text) for text in document[2:]]


def score(documents: Sequence[Document], document: Document, query: Iterable[str]) -> float:
    """BM25 of the words of *query* in *document*, without rounding."""
    every = [fields(each) for each in documents]
    own = fields(document)
    total = 0.0
    for word in query:
        amount = 0.0
        for place, weight in enumerate(WEIGHTS):
            lengths = [len(each[place]) for each in every if each[place]]
            if own[place]:
                mean = sum(lengths) / len(lengths)
                amount += weight * own[place].count(word) / (1 - B + B * len(own[place]) / mean)
        having = sum(any(word in field for field in each) for each in every)
        rarity = log(1 + (len(documents) - having + 0.5) / (having + 0.5))
        total += rarity * (K1 + 1) * amount / (K1 + amount)
    return total


def has_word(document: Document, word: str) -> bool:
    return any(word in field for field in fields(document))


def has_phrase(document: Document, phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(
        field[at : at + size] == list(phrase)
        for field in fields(document)
        for at in range(len(field) - size + 1)
    )
