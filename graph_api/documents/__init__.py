"""Turns the bytes of one file into a validated document, or into problems with line, column and code.

Reading bytes (`read_file`) and parsing them (`parse`) are two steps, so that ingest can hash all files and parse only
those that changed.
"""

from graph_api.documents.codes import CODES, Code
from graph_api.documents.document import (
    ArticleDocument,
    Document,
    EmbeddedProvider,
    ParsedFile,
    ProviderDocument,
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
    "EmbeddedProvider",
    "FileBytes",
    "InvalidUrl",
    "ParsedFile",
    "ProviderDocument",
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
