"""Identifiers of nodes as clients give them (ids, slugs, URLs, paths, domains, names), checked before the first read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import Enum

from strawberry import UNSET

from graph_api.documents import canonical_domain, canonical_url
from graph_api.errors import InvalidUrl, RequestError
from graph_api.records import NodeKey, ProviderId, article_key, name_key, normalized, provider_id, topic_id
from graph_api.schema.inputs import ArticleBy, ProviderBy, TopicBy
from graph_api.store.reads import ArticleIdentifier


class NodeKind(Enum):
    """The kind of a node, as its id begins."""

    ARTICLE = "article"
    PROVIDER = "provider"
    TOPIC = "topic"
    STORY = "story"


_KINDS = {kind.value: kind for kind in NodeKind}


@dataclass(frozen=True, slots=True)
class NodeHandle:
    """A well-formed id: the kind of node, and its key. The key of a story is that of the article that leads it."""

    id: str
    kind: NodeKind
    key: NodeKey


@dataclass(frozen=True, slots=True)
class Handle:
    """An identifier of an article other than its id."""

    by: ArticleIdentifier
    value: str


def node(id: str, name: str = "id") -> NodeHandle:
    """The handle for *id*, the value of the argument *name*. Raises RequestError when it is not an id."""
    id = normalized("NFC", id)
    kind, _, rest = id.partition(":")
    if kind == "story":
        key = article_key(f"article:{rest}")
    else:
        key = article_key(id) if kind == "article" else name_key(id) if rest else None
    if kind not in _KINDS or key is None:
        raise RequestError(
            f"{name} must be an id such as article:4q2m5r3vdkd7cfwe, provider:example.org or topic:science; got {id[:60]!r}",
            code="BAD_ID",
        )
    return NodeHandle(id, _KINDS[kind], key)


def vertex(id: str, name: str = "id") -> NodeHandle:
    """The handle for *id*, the value of the argument *name*. Raises RequestError for a story: edges lead to none."""
    found = node(id, name)
    if found.kind is NodeKind.STORY:
        raise RequestError(
            f"{name} must be the id of an article, a provider or a topic; got {id[:60]!r}", code="BAD_ID"
        )
    return found


def story_id(lead: str) -> str:
    """The id of the story that the article with the id *lead* leads."""
    return f"story:{lead.removeprefix('article:')}"


def article(by: ArticleBy) -> NodeHandle | Handle:
    """The handle for *by*. Raises RequestError when its value cannot identify an article."""
    name, value = _given(by)
    if name == "id":
        return of_kind(NodeKind.ARTICLE, value, "by.id")
    if name == "url":
        return article_url(value)
    return Handle(ArticleIdentifier(name), value)


def article_url(url: str) -> Handle:
    """The handle for a URL of an article. Raises RequestError for a malformed URL."""
    try:
        return Handle(ArticleIdentifier.URL, canonical_url(url))
    except InvalidUrl as problem:
        raise RequestError(f"the URL is not the URL of an article: {problem}") from None


def provider(by: ProviderBy) -> NodeHandle:
    """The handle for *by*. Raises RequestError when its value cannot identify a provider."""
    name, value = _given(by)
    return of_kind(NodeKind.PROVIDER, value if name == "id" else provider_of_domain(value), f"by.{name}")


def provider_of_domain(domain: str) -> ProviderId:
    """The id of the provider with this domain, in any of its forms; an id that no provider has when it is invalid."""
    try:
        return provider_id(canonical_domain(domain))
    except InvalidUrl:
        return provider_id(domain)


def topic(by: TopicBy) -> NodeHandle | str:
    """The handle for *by*, or the name when the topic is looked up by name."""
    name, value = _given(by)
    if name == "name":
        return value
    return of_kind(NodeKind.TOPIC, value if name == "id" else topic_id(value), f"by.{name}")


def nodes(ids: Sequence[str]) -> tuple[NodeHandle, ...]:
    """The handles for *ids*."""
    return tuple(node(id, f"ids[{place}]") for place, id in enumerate(ids))


def vertices(ids: Sequence[str], name: str = "ids") -> tuple[NodeHandle, ...]:
    """The handles for *ids*, the value of the argument *name*, as `vertex` has them."""
    return tuple(vertex(id, f"{name}[{place}]") for place, id in enumerate(ids))


def of_kind(kind: NodeKind, id: str, name: str = "id") -> NodeHandle:
    """The handle for *id*, the value of the argument *name*. Raises RequestError unless it is of this *kind*."""
    found = node(id, name)
    if found.kind is not kind:
        noun = f"an {kind.value}" if kind is NodeKind.ARTICLE else f"a {kind.value}"
        raise RequestError(
            f"{name} must be the id of {noun}, which begins with {kind.value}:; got {id[:60]!r}",
            code="BAD_ID",
        )
    return found


def _given(by: ArticleBy | ProviderBy | TopicBy) -> tuple[str, str]:
    """The name and value of the one field of a @oneOf input that is present."""
    [(name, value)] = [(f.name, v) for f in fields(by) if (v := getattr(by, f.name)) is not UNSET]
    if not value:
        raise RequestError(f"by.{name} must not be empty")
    return name, value
