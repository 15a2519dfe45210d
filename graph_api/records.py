"""Records of the graph, frozen, and their ids.

A node has an *id*, the text that clients see, and a *key*, a 63-bit hash of the id. Tables, edges and walks hold keys;
a key does not depend on the order of ingest, as a row number would. Two ids with one key are an error at ingest.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Literal, NamedTuple, NewType, Self

ArticleId = NewType("ArticleId", str)
ProviderId = NewType("ProviderId", str)
TopicId = NewType("TopicId", str)
NodeKey = NewType("NodeKey", int)

_ID_CHARACTERS = 16
_KEY_BITS = 63
_PIECE = 256  # characters
_RANKED = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")


def normalized(form: Literal["NFC", "NFD", "NFKC"], text: str) -> str:
    """*text* in a Unicode normal form: canonically equivalent texts become equal.

    The time is quadratic in the length of a run of marks; pieces bound it. They are cut before a character that does
    not compose with the one before it, where there is one.
    """
    if text.isascii():
        return text
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = start + _PIECE
        while end < min(len(text), start + _PIECE + _PIECE // 4) and _may_compose(text[end]):
            end += 1
        pieces.append(unicodedata.normalize(form, text[start:end]))
        start = end
    return "".join(pieces)


def _may_compose(character: str) -> bool:
    """Whether *character* may be a part of the one before it: a mark, or a vowel or final consonant of Hangul."""
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


def article_id(canonical_url: str) -> ArticleId:
    """The id of the article at *canonical_url*: 80 bits of its SHA-256 in base32 (RFC 4648, lower case)."""
    digest = hashlib.sha256(canonical_url.encode()).digest()
    return ArticleId("article:" + base64.b32encode(digest[:10]).decode().lower())


def provider_id(domain: str) -> ProviderId:
    """The id of the provider with this domain."""
    return ProviderId(f"provider:{domain}")


def topic_id(slug: str) -> TopicId:
    """The id of the topic with this slug."""
    return TopicId(f"topic:{slug}")


def article_key(id: str) -> NodeKey | None:
    """The key of an article id, None when *id* is not one. Keys sort as their ids do."""
    kind, _, text = id.partition(":")
    if kind != "article" or len(text) != _ID_CHARACTERS or not set(text) <= set(map(chr, _RANKED)):
        return None
    return NodeKey(int(text.translate(_RANKED), 32) >> (5 * _ID_CHARACTERS - _KEY_BITS))


def name_key(id: str) -> NodeKey:
    """The key of a provider or topic id: the first 63 bits of its SHA-256."""
    return NodeKey(int.from_bytes(hashlib.sha256(id.encode()).digest()[:8]) >> (64 - _KEY_BITS))


class Revision(str):
    """A revision of the content, a hash, that knows its *generation*: its place among those its store has held.

    The same content has the same revision everywhere. Generations only grow, in each store from 1: they give its
    revisions an order. Two revisions are equal when text and generation are; compared with a text, text decides.
    """

    __slots__ = ("generation",)
    generation: int

    def __new__(cls, revision: str, generation: int) -> Self:
        """The revision with this text."""
        made = super().__new__(cls, revision)
        made.generation = generation
        return made

    def __eq__(self, other: object) -> bool:
        is_other = isinstance(other, Revision) and other.generation != self.generation
        return not is_other and str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class Severity(Enum):
    """Whether a problem of a document rejects it."""

    ERROR = "error"
    WARNING = "warning"


class EdgeDirection(Enum):
    """The direction in which edges are followed from a node. An edge leads from an article to its related one, provider or topic."""

    OUT = "out"
    IN = "in"
    BOTH = "both"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is Python and slow in keys of dicts


class EdgeOrigin(Enum):
    """Where a related edge comes from. An edge that is listed and linked is listed."""

    LISTED = "listed"
    LINKED = "linked"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is Python and slow in keys of dicts


class EdgeKind(Enum):
    """The kind of an edge. The order of the members is the order of a node's edges in answers.

    LISTED and LINKED edges lead to related articles: clients see them as one kind with an origin.
    """

    LISTED = "listed"
    LINKED = "linked"
    PROVIDER = "provider"
    TOPIC = "topic"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is Python and slow in keys of dicts

    @property
    def origin(self) -> EdgeOrigin | None:
        """The origin of a related edge."""
        return _ORIGINS.get(self)

    @property
    def label(self) -> str:
        """The kind as clients see it: related, provider or topic."""
        return self.value if self.origin is None else "related"


_ORIGINS = {EdgeKind.LISTED: EdgeOrigin.LISTED, EdgeKind.LINKED: EdgeOrigin.LINKED}

RELATED_KINDS = frozenset(_ORIGINS)
"""The kinds of edges that lead to related articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of an article, provider or topic. Width and height in pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None
    is_cached: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """An opaque encrypted payload, both parts in base64 as the document has them."""

    ciphertext: str
    iv: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A source file of an article; *path* is relative to its source folder, with `/`."""

    path: str
    sha256: str


class Scalar(NamedTuple):
    """What the front matter's JSON Schema says of a scalar field."""

    description: str
    is_url: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFields:
    """Scalars of an article that its copies in other documents carry too.

    A field that is annotated with a `Scalar` is read from the front matter: its key is the name in camelCase,
    its annotation the type that is checked. Validation, JSON Schema, documents, table and record follow from
    this declaration and `ArticleFields`; `Article` repeats the names, since type checkers cannot derive them.
    """

    url: str
    slug: str
    title: Annotated[str, Scalar("The headline.")]
    excerpt: Annotated[str | None, Scalar("A short summary; may be empty.")] = None
    type: Annotated[str, Scalar("Such as article, video, course, collection, download, forum, profile.")]
    published_date_time: Annotated[
        datetime | None,
        Scalar("When the article appeared: ISO 8601 with an offset or Z; without one it counts as UTC."),
    ] = None
    web_url: Annotated[
        str | None,
        Scalar("Where the article is read. Its canonical form is the article's identity.", is_url=True),
    ] = None
    original_url: Annotated[
        str | None, Scalar("Where the article was found; stands in for a missing webUrl.", is_url=True)
    ] = None
    amp_web_url: Annotated[str | None, Scalar("The article's AMP page.", is_url=True)] = None
    cdn_amp_web_url: Annotated[
        str | None, Scalar("The article's AMP page in a cache; comes with ampWebUrl.", is_url=True)
    ] = None
    quality: Annotated[int | None, Scalar("Editorial score of the article by itself.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFields(CopyFields):
    """Scalars of an article that only its own file has; see `CopyFields`."""

    category: Annotated[str | None, Scalar("The collection, such as news.")] = None
    heat: Annotated[
        int | None,
        Scalar("Quality, raised by the size of the story for its published lead; -1 for other members."),
    ] = None
    published: Annotated[
        bool | None,
        Scalar("Whether the article leads its story in public. An editorial fact, not an access right."),
    ] = None


class Article(NamedTuple):
    """An article without its long texts (`Detail`) and its lists: the fields of `ArticleFields`, and its keys.

    *url* is the canonical URL, *slug* comes from the file name (stubs: from the title). Quality and heat
    are editorial scores; null where the document is silent. A named tuple, since answers are made of
    thousands of them and a frozen dataclass of so many fields takes seven times as long to make.
    """

    key: NodeKey
    id: ArticleId
    slug: str
    title: str
    excerpt: str | None
    category: str | None
    type: str
    published_date_time: datetime | None
    url: str
    web_url: str | None
    original_url: str | None
    amp_web_url: str | None
    cdn_amp_web_url: str | None
    quality: int | None
    heat: int | None
    published: bool | None
    is_stub: bool
    provider_key: NodeKey | None


class Detail(Enum):
    """A long part of an article, stored apart since few queries select it; *EXTRA* is JSON text."""

    BODY = "body"
    FEATURED_CONTENT = "featured_content"
    EXTRA = "extra"


class Provider(NamedTuple):
    """A publisher, identified by its domain. A named tuple, as `Article` is."""

    key: NodeKey
    id: ProviderId
    domain: str
    name: str
    other_names: tuple[str, ...]
    description: str | None
    images: tuple[Image, ...]
    extra: str | None


class Topic(NamedTuple):
    """A subject of articles, identified by its slug. A named tuple, as `Article` is."""

    key: NodeKey
    id: TopicId
    slug: str
    name: str
    shortname: str | None
    keywords: tuple[str, ...]
    hashtags: tuple[str, ...]
    images: tuple[Image, ...]
    parent_key: NodeKey | None
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem of a document and its position. Line and column count from 1; *path* as in `SourceFile`.

    *article* is the key of the article that the document became, None when it was rejected.
    """

    code: str
    severity: Severity
    message: str
    hint: str | None
    path: str
    line: int | None
    column: int | None
    article: NodeKey | None = None


class FileOutcome(Enum):
    """What a file of a source folder became; *LEFT_OUT* is no document and no error."""

    ARTICLE = "article"
    TAXONOMY = "taxonomy"
    REJECTED = "rejected"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentStatus:
    """The revision of the graph (hex), when it was first stored (UTC), and counts.

    *linked* of the *related* edges come from links of bodies, the others are listed. *links_found* counts the links that
    bodies have to documents of their own folder or site, *links_resolved* those that lead to one.
    """

    revision: str
    generated_at: datetime
    articles: int
    stubs: int
    providers: int
    topics: int
    related: int
    linked: int
    links_found: int
    links_resolved: int
    files: Mapping[FileOutcome, int]
    problems: Mapping[Severity, int]
