"""Corpora that look like the public ones, of any size: same seed, same bytes, on every machine.

Stories of mutually related articles with sizes, spans, publishers, topics, scores and texts distributed
as in the sites this family of corpora comes from (about 27 kB and 32 relations an article). What is odd
there is left out, so that N files are N articles and every relation has its reverse: no two files with
one URL, no self-relations, no repeats.

The one decision worth knowing: articles are made story by story and forgotten, so memory hardly grows
with the corpus: the story at hand, and the publishers seen.
"""

from __future__ import annotations

from graph_api.cli.generator.article import GeneratedArticle, GeneratedImage, GeneratedSummary
from graph_api.cli.generator.corpus import articles
from graph_api.cli.generator.folder import GeneratedCounts, write

__all__ = ["GeneratedArticle", "GeneratedCounts", "GeneratedImage", "GeneratedSummary", "articles", "write"]
