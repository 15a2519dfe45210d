"""What is written: one named tuple for each table, its fields the table's columns, in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from graph_api.records import NodeKey


class DocumentRow(NamedTuple):
    key: NodeKey
    folder: str
    path: str
    sha256: bytes
    kind: str
    subject: NodeKey | None
    identity: str | None
    published_us: int | None
    payload: str | None


class MentionRow(NamedTuple):
    document: NodeKey
    position: int
    target: NodeKey
    embedded: NodeKey


class EmbeddedRow(NamedTuple):
    key: NodeKey
    target: NodeKey
    url: str
    payload: str


class ProblemRow(NamedTuple):
    key: NodeKey
    owner: NodeKey
    code: str
    severity: str
    message: str
    hint: str | None
    path: str
    line: int | None
    column_: int | None
    article: NodeKey | None


class ArticleRow(NamedTuple):
    key: NodeKey
    id: str
    url: str
    slug: str
    title: str
    excerpt: str | None
    category: str | None
    type: str
    published_us: int | None
    web_url: str | None
    original_url: str | None
    amp_web_url: str | None
    cdn_amp_web_url: str | None
    quality: int | None
    heat: int | None
    published: bool | None
    is_stub: bool
    provider: NodeKey | None
    hidden: bool
    related_count: int
    topic_count: int
    has_image: bool
    slug_folded: str
    title_folded: str
    category_folded: str | None
    type_folded: str
    url_folded: str


class ArticleDetailRow(NamedTuple):
    key: NodeKey
    body: str | None
    featured_content: str | None
    ciphertext: str | None
    iv: str | None
    extra: str | None


class ArticleImageRow(NamedTuple):
    article: NodeKey
    position: int
    url: str
    width: int | None
    height: int | None
    title: str | None
    is_cached: bool | None


class ArticleUrlRow(NamedTuple):
    url: str
    article: NodeKey


class ArticleTopicRow(NamedTuple):
    article: NodeKey
    position: int
    topic: NodeKey
    published_us: int | None
    name: str
    hidden: bool


class NamingRow(NamedTuple):
    article: NodeKey
    provider: NodeKey
    domain: str
    name: str
    images: str
    hidden: bool


class RelatedRow(NamedTuple):
    src: NodeKey
    position: int
    dst: NodeKey


class ProviderRow(NamedTuple):
    key: NodeKey
    id: str
    domain: str
    name: str
    other_names: str
    shown_names: str
    description: str | None
    images: str
    extra: str | None
    hidden: bool
    domain_folded: str
    name_folded: str


class TopicRow(NamedTuple):
    key: NodeKey
    id: str
    slug: str
    name: str
    shortname: str | None
    keywords: str
    hashtags: str
    images: str
    parent: NodeKey | None
    extra: str | None
    hidden: bool
    slug_folded: str
    name_folded: str


class TopicNameRow(NamedTuple):
    name_folded: str
    topic: NodeKey


Row: TypeAlias = (
    DocumentRow
    | MentionRow
    | EmbeddedRow
    | ProblemRow
    | ArticleRow
    | ArticleDetailRow
    | ArticleImageRow
    | ArticleUrlRow
    | ArticleTopicRow
    | NamingRow
    | RelatedRow
    | ProviderRow
    | TopicRow
    | TopicNameRow
)

TABLES: dict[type[Row], str] = {
    DocumentRow: "document",
    MentionRow: "mention",
    EmbeddedRow: "embedded",
    ProblemRow: "problem",
    ArticleRow: "article",
    ArticleDetailRow: "article_detail",
    ArticleImageRow: "article_image",
    ArticleUrlRow: "article_url",
    ArticleTopicRow: "article_topic",
    NamingRow: "naming",
    RelatedRow: "related",
    ProviderRow: "provider",
    TopicRow: "topic",
    TopicNameRow: "topic_name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRows:
    """Everything one file says."""

    document: DocumentRow
    mentions: list[MentionRow] = field(default_factory=list[MentionRow])
    embedded: list[EmbeddedRow] = field(default_factory=list[EmbeddedRow])
    problems: list[ProblemRow] = field(default_factory=list[ProblemRow])


# -- what the writer reads back ----------------------------------------------------------------------------


class KnownFile(NamedTuple):
    """A file as the database knows it."""

    key: NodeKey
    sha256: bytes


class Saying(NamedTuple):
    """What one file says about its subject. Sayings about one subject come with the winner first:
    the newest, then the smallest path, then the smallest hash."""

    subject: NodeKey
    identity: str
    folder: str
    path: str
    payload: str


class Copy(NamedTuple):
    """An article as the document at *path* embeds it; *hidden* when the listing article is."""

    target: NodeKey
    url: str
    path: str
    payload: str
    hidden: bool


class Naming(NamedTuple):
    """A spelling (and images, JSON) of a provider, with the number of articles that use it, all and not hidden,
    and one that is hidden."""

    provider: NodeKey
    domain: str
    name: str
    images: str
    uses: int
    shown: int
    hidden_article: NodeKey | None


class Spelling(NamedTuple):
    """A spelling of a topic, with the number of articles that use it, all and not hidden."""

    topic: NodeKey
    name: str
    uses: int
    shown: int
