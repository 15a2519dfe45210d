"""Full-text index: which documents contain the words of a query, and how well they fit.

Why no FTS5: at 100,000 articles its ranked queries took 14 to 236 ms, it finds no two Chinese characters, and it would
tie search to one kind of store. The index is made from texts alone, belongs to one revision, and is mapped from a file.
"""

from __future__ import annotations

from graph_api.search.builder import build
from graph_api.search.file import load, save
from graph_api.search.index import Document, Index, Kind
from graph_api.search.labels import label
from graph_api.search.matches import Hit, Matches, match, more_like, similarity
from graph_api.search.passages import Marks, Passage, highlight, highlights, marks, passage
from graph_api.search.prose import prose
from graph_api.search.query import Query, parse
from graph_api.search.suggestions import did_you_mean, suggest

__all__ = [
    "Document",
    "Hit",
    "Index",
    "Kind",
    "Marks",
    "Matches",
    "Passage",
    "Query",
    "build",
    "did_you_mean",
    "highlight",
    "highlights",
    "label",
    "load",
    "marks",
    "match",
    "more_like",
    "parse",
    "passage",
    "prose",
    "save",
    "similarity",
    "suggest",
]
