"""How deep and how wide a filter may be.

SQLite's parser refuses deep nesting, so a bound is needed; it is one number for all stores, known before
the first read, and far above what anybody writes by hand.
"""

from __future__ import annotations

from graph_api.errors import RequestError
from graph_api.store.filters import And, Filter, Not, OfProvider, OfRelated, OfTopics, Or

MAX_DEPTH = 12
MAX_CONDITIONS = 1000


def checked(filter: Filter) -> Filter:
    """*filter*, when it is at most MAX_DEPTH levels deep and has at most MAX_CONDITIONS; else RequestError.

    A level is an `and`, `or` or `not`, or a filter of a related article, provider or topic.
    """
    level: list[Filter] = [filter]
    depth = conditions = 0
    while level:
        conditions += len(level)
        depth += 1
        if depth > MAX_DEPTH:
            raise RequestError(f"The filter is more than {MAX_DEPTH} levels deep.", code="FILTER_TOO_DEEP")
        if conditions > MAX_CONDITIONS:
            raise RequestError(
                f"The filter has more than {MAX_CONDITIONS} conditions.", code="FILTER_TOO_LARGE"
            )
        level = [below for part in level for below in _below(part)]
    return filter


def _below(filter: Filter) -> tuple[Filter, ...]:
    match filter:
        case And() | Or():
            return filter.parts
        case Not():
            return (filter.part,)
        case OfProvider() | OfTopics() | OfRelated():
            return (filter.filter,)
        case _:
            return ()
