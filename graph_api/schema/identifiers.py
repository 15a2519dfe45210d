"""How clients name nodes: ids, slugs, URLs, paths, domains and names, checked before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

from strawberry import UNSET

from graph_api.documents import canonical_url
from graph_api.errors import InvalidUrl, RequestError
from graph_api.records import NodeKey, article_key, name_key, provider_id, topic_id
from graph_api.schema.inputs import ArticleBy, ProviderBy, TopicBy
from graph_api.store.reads import ArticleHandle, ArticleRows, ProviderRows, TopicRows

Rows: TypeAlias = type[ArticleRows] | type[ProviderRows] | type[TopicRows]
_A = {"article": "an article", "provider": "a provider", "topic": "a topic"}
_KINDS: dict[str, Rows] = {"article": ArticleRows, "provider": ProviderRows, "topic": TopicRows}


@dataclass(frozen=True, slots=True)
class NodeHandle:
    """A well-formed id: which rows to look in, under which key."""

    id: str
    rows: Rows
    key: NodeKey


@dataclass(frozen=True, slots=True)
class Handle:
    """Something other than a key that an article is looked up by."""

    by: ArticleHandle
    value: str


def node(id: str, name: str = "id") -> NodeHandle:
    """The handle that *id*, which stands in the argument *name*, is. Raises RequestError when no node could ever
    have it."""
    kind, _, rest = id.partition(":")
    key = article_key(id) if kind == "article" else name_key(id) if rest else None
    if kind not in _KINDS or key is None:
        raise RequestError(
            f"{name} must look like article:4q2m5r3vdkd7cfwe, provider:example.org or topic:science, not {id[:60]!r}",
            code="BAD_ID",
        )
    return NodeHandle(id, _KINDS[kind], key)


def article(by: ArticleBy) -> NodeHandle | Handle:
    """How the article is to be looked up. Raises RequestError for what cannot name an article."""
    name, value = _given(by)
    if name == "id":
        return of_kind(ArticleRows, value, "by.id")
    if name == "url":
        return article_url(value)
    return Handle(ArticleHandle(name), value)


def article_url(url: str) -> Handle:
    """The handle of the article known by this URL. Raises RequestError for what cannot be one."""
    try:
        return Handle(ArticleHandle.URL, canonical_url(url))
    except InvalidUrl as problem:
        raise RequestError(f"the URL cannot name an article: {problem}") from None


def provider(by: ProviderBy) -> NodeHandle:
    """How the provider is to be looked up. Raises RequestError for what cannot name a provider."""
    name, value = _given(by)
    return of_kind(ProviderRows, value if name == "id" else provider_id(value.lower()), f"by.{name}")


def topic(by: TopicBy) -> NodeHandle | str:
    """How the topic is to be looked up: by key, or by its name, which is the text."""
    name, value = _given(by)
    if name == "name":
        return value
    return of_kind(TopicRows, value if name == "id" else topic_id(value), f"by.{name}")


def nodes(ids: Sequence[str], name: str = "ids") -> tuple[NodeHandle, ...]:
    """The handles that the *ids* in the argument *name* are."""
    return tuple(node(id, f"{name}[{place}]") for place, id in enumerate(ids))


def of_kind(rows: Rows, id: str, name: str = "id") -> NodeHandle:
    """The handle that *id*, which stands in the argument *name*, is. It must be of one kind: raises RequestError
    for another."""
    found = node(id, name)
    if found.rows is not rows:
        kind = next(kind for kind, wanted in _KINDS.items() if wanted is rows)
        raise RequestError(f"{name} must name {_A[kind]}, such as {kind}:..., not {id[:60]!r}", code="BAD_ID")
    return found


def _given(by: ArticleBy | ProviderBy | TopicBy) -> tuple[str, str]:
    """The one field of a @oneOf input that is there, and its text."""
    [(name, value)] = [(f.name, v) for f in fields(by) if (v := getattr(by, f.name)) is not UNSET]
    if not value:
        raise RequestError(f"by.{name} must not be empty")
    return name, value
