"""Identifiers of nodes as clients give them (ids, slugs, URLs, paths, domains, names), checked before the first read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

from strawberry import UNSET

from graph_api.documents import canonical_domain, canonical_url
from graph_api.errors import InvalidUrl, RequestError
from graph_api.records import NodeKey, ProviderId, article_key, name_key, normalized, provider_id, topic_id
from graph_api.schema.inputs import ArticleBy, ProviderBy, TopicBy
from graph_api.store.reads import ArticleIdentifier, ArticleRows, ProviderRows, TopicRows

Rows: TypeAlias = type[ArticleRows] | type[ProviderRows] | type[TopicRows]
_A = {"article": "an article", "provider": "a provider", "topic": "a topic"}
_KINDS: dict[str, Rows] = {"article": ArticleRows, "provider": ProviderRows, "topic": TopicRows}


@dataclass(frozen=True, slots=True)
class NodeHandle:
    """A well-formed id: the kind of rows to read, and the key."""

    id: str
    rows: Rows
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
    key = article_key(id) if kind == "article" else name_key(id) if rest else None
    if kind not in _KINDS or key is None:
        raise RequestError(
            f"{name} must be an id such as article:4q2m5r3vdkd7cfwe, provider:example.org or topic:science; got {id[:60]!r}",
            code="BAD_ID",
        )
    return NodeHandle(id, _KINDS[kind], key)


def article(by: ArticleBy) -> NodeHandle | Handle:
    """The handle for *by*. Raises RequestError when its value cannot identify an article."""
    name, value = _given(by)
    if name == "id":
        return of_kind(ArticleRows, value, "by.id")
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
    return of_kind(ProviderRows, value if name == "id" else provider_of_domain(value), f"by.{name}")


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
    return of_kind(TopicRows, value if name == "id" else topic_id(value), f"by.{name}")


def nodes(ids: Sequence[str], name: str = "ids") -> tuple[NodeHandle, ...]:
    """The handles for *ids*, the value of the argument *name*."""
    return tuple(node(id, f"{name}[{place}]") for place, id in enumerate(ids))


def of_kind(rows: Rows, id: str, name: str = "id") -> NodeHandle:
    """The handle for *id*, the value of the argument *name*. Raises RequestError unless its kind is *rows*."""
    found = node(id, name)
    if found.rows is not rows:
        kind = next(kind for kind, wanted in _KINDS.items() if wanted is rows)
        raise RequestError(
            f"{name} must be the id of {_A[kind]}, which begins with {kind}:; got {id[:60]!r}", code="BAD_ID"
        )
    return found


def _given(by: ArticleBy | ProviderBy | TopicBy) -> tuple[str, str]:
    """The name and value of the one field of a @oneOf input that is present."""
    [(name, value)] = [(f.name, v) for f in fields(by) if (v := getattr(by, f.name)) is not UNSET]
    if not value:
        raise RequestError(f"by.{name} must not be empty")
    return name, value
