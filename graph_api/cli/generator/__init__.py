"""Synthetic corpora of any size: the same seed gives the same bytes on every machine.

Articles form stories, in which they relate to each other. Sizes, dates, publishers, topics, scores and texts are
distributed as in the public corpora (about 27 kB and 32 relations per article). Their irregularities are left
out: N files are N articles, every relation has its reverse, nothing is repeated or related to itself.

The one decision worth knowing: articles are generated and written story by story, so memory holds one story and
the publishers, however large the corpus is.
"""

from __future__ import annotations

from graph_api.cli.generator.article import GeneratedArticle, GeneratedImage, GeneratedSummary
from graph_api.cli.generator.corpus import articles
from graph_api.cli.generator.folder import GeneratedCounts, write

__all__ = ["GeneratedArticle", "GeneratedCounts", "GeneratedImage", "GeneratedSummary", "articles", "write"]
