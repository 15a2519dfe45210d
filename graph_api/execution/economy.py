"""How a plan reads where no rows are kept: each row once, and of it only what the plan looks at.

Rows that stay in memory are read whole, since nobody knows what will be asked of them. What only one operation
sees is another matter: most of the time for a whole article goes into columns that nobody asked for, and the levels
of a nested operation show the same articles again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from graph_api.records import Article, Provider, Topic
from graph_api.store.reads import ArticleRows, Lists, ProviderRows, Read, Reads, TopicKeys, TopicRows

T = TypeVar("T")

_FIELDS: Mapping[type[Read[Any]], frozenset[str]] = {
    ArticleRows: frozenset(Article._fields),
    ProviderRows: frozenset(Provider._fields),
    TopicRows: frozenset(Topic._fields),
}


def economical(plan: Reads[T], looks_at: frozenset[str] | None) -> Reads[T]:
    """*plan* itself. What it reads of nodes and their lists is read once, and of a node's record only the
    attributes that it *looks_at*, all when None."""
    known: dict[object, dict[Any, Any]] = {}
    rows: Any = None
    try:
        while True:
            read = plan.send(rows)
            asked = _asked(read)
            if asked is None:
                rows = yield read
                continue
            question, keys = asked
            before = known.get(question)
            if before is None:
                rows = yield _part(read, keys, looks_at)
                known[question] = dict(rows)
                continue
            if missing := tuple([key for key in keys if key not in before]):
                before |= yield _part(read, missing, looks_at)
            rows = {key: row for key in keys if (row := before.get(key)) is not None}
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        plan.close()


def _asked(read: Read[Any]) -> tuple[object, tuple[Any, ...]] | None:
    """What *read* asks and for which keys; None for what is asked but once, or is too long to be kept meanwhile."""
    if isinstance(read, Lists):
        return read.cache_key, read.keys
    if isinstance(read, ArticleRows | ProviderRows | TopicRows | TopicKeys):
        return type(read), read.keys
    return None


def _part(read: Read[Any], keys: tuple[Any, ...], looks_at: frozenset[str] | None) -> Read[Any]:
    """*read* for these of its keys, and for no field that is not looked at."""
    if isinstance(read, ArticleRows | ProviderRows | TopicRows):
        fields = None if looks_at is None else _fields(looks_at)[type(read)]
        return type(read)(keys, read.rights, fields)
    assert isinstance(read, Lists | TopicKeys), "nothing else is asked in parts"
    return read.narrowed(keys)


@lru_cache(1024)
def _fields(looks_at: frozenset[str]) -> Mapping[type[Read[Any]], frozenset[str]]:
    # a plan's set is one object, whose hash is known, and so are these: the store looks up forms by them
    return {read: looks_at & fields for read, fields in _FIELDS.items()}
