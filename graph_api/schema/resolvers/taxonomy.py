"""The fields of `Provider` and `Topic`, and the fields of `Query` that answer them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from graph_api.execution.fields import ByKey
from graph_api.records import Provider, Topic
from graph_api.schema.arguments import TopicList
from graph_api.schema.identifiers import NodeHandle
from graph_api.schema.paging import Connection, Listing
from graph_api.schema.resolvers.nodes import TOPICS, for_each, keys_of, node, rows_of
from graph_api.store.lists import AllProviders, AllTopics, ArticlesOfProvider, ArticlesOfTopic
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ChildKeys, TopicKeysByName, TopicRows


def provider(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """The provider, or null when it does not exist."""
    return (yield from node(parents, rights, handle))


def providers(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """All providers, sorted by name without regard to accents and case."""
    del rights
    return [Connection(AllProviders(), wanted) for _ in parents]
    yield


def provider_articles(
    parents: Sequence[Provider], rights: Rights, wanted: Listing
) -> Reads[list[Connection]]:
    """The articles of this provider."""
    del rights
    return [Connection(ArticlesOfProvider(parent.key), wanted) for parent in parents]
    yield


def topic(parents: Sequence[object], rights: Rights, handle: NodeHandle | str) -> Reads[list[object | None]]:
    """The topic, or null when it does not exist."""
    if isinstance(handle, NodeHandle):
        return (yield from node(parents, rights, handle))
    keys = yield from ask(TopicKeysByName((handle,), rights))
    found = yield from rows_of(TopicRows, keys.values(), rights)
    return for_each(parents, next(iter(found.values()), None))


def topics(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """All topics, sorted by name without regard to accents and case."""
    del rights
    return [Connection(AllTopics(), wanted) for _ in parents]
    yield


def parent(parents: Sequence[Topic], rights: Rights) -> Reads[ByKey]:
    """The topic above this one in the taxonomy; null at the top."""
    del rights
    return ByKey([parent.parent_key for parent in parents], TOPICS)
    yield


def children(parents: Sequence[Topic], rights: Rights) -> Reads[list[list[Topic]]]:
    """The topics directly below this one in the taxonomy, sorted by name."""
    keys = yield from ask(ChildKeys(keys_of(parents), rights))
    found = yield from rows_of(TopicRows, chain.from_iterable(keys.values()), rights)
    return [[found[key] for key in keys.get(parent.key, ()) if key in found] for parent in parents]


def topic_articles(parents: Sequence[Topic], rights: Rights, wanted: TopicList) -> Reads[list[Connection]]:
    """The articles with this topic."""
    del rights
    return [Connection(ArticlesOfTopic(parent.key, wanted.descendants), wanted.listing) for parent in parents]
    yield
