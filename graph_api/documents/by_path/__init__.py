"""Reads documents of any folder of Markdown: identified by their path, front matter in any of the usual forms and keys.

There are no dialects: one reading serves all site generators, and where they use one key for two things, the value
decides. A value that a field cannot use is no error: it stays in `extra`.
"""

from graph_api.documents.by_path.addresses import is_part, urls
from graph_api.documents.by_path.article import read

__all__ = ["is_part", "read", "urls"]
