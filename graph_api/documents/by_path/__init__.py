"""Reads documents of any folder of Markdown: identified by their path, front matter in any of the usual forms and keys.

One set of rules serves all site generators. Where generators use one key for different things, the value decides. A value
that a field cannot use stays in `extra`, and is no error.
"""

from graph_api.documents.by_path.addresses import is_part, urls
from graph_api.documents.by_path.article import read

__all__ = ["is_part", "read", "urls"]
