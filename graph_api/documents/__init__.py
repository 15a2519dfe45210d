"""Files -> documents: one file's bytes become a validated record, or problems with line, column and code.

The room knows one file at a time. Reading bytes (`read_file`) and understanding them (`parse`) are two
steps, so that whoever ingests can hash first and parse only what changed.
"""

from graph_api.documents.codes import CODES, Code
from graph_api.documents.document import (
    ArticleDocument,
    Document,
    ProviderDocument,
    ProviderMention,
    Reading,
    RelatedItem,
    TopicDocument,
)
from graph_api.documents.files import FileBytes, read_file, scan
from graph_api.documents.hosts import canonical_domain
from graph_api.documents.json_schema import front_matter_schema
from graph_api.documents.parser import parse
from graph_api.documents.slugs import slug_of_path, slug_of_title, topic_slug
from graph_api.documents.urls import TRACKERS, canonical_url
from graph_api.errors import InvalidUrl

__all__ = [
    "CODES",
    "TRACKERS",
    "ArticleDocument",
    "Code",
    "Document",
    "FileBytes",
    "InvalidUrl",
    "ProviderDocument",
    "ProviderMention",
    "Reading",
    "RelatedItem",
    "TopicDocument",
    "canonical_domain",
    "canonical_url",
    "front_matter_schema",
    "parse",
    "read_file",
    "scan",
    "slug_of_path",
    "slug_of_title",
    "topic_slug",
]
