"""How deep and how wide a filter may be.

SQLite's parser refuses deep nesting, so a bound is needed; it is one number for all stores, known before
the first read, and far above what anybody writes by hand.
"""

from __future__ import annotations

from graph_api.errors import RequestError
from graph_api.store.filters import And, Filter, Not, OfProvider, OfRelated, OfTopics, Or

MAX_DEPTH = 10
MAX_RELATED = 2
MAX_CONDITIONS = 1000


def checked(filter: Filter) -> Filter:
    """*filter*, when it keeps the bounds; else RequestError.

    At most MAX_CONDITIONS, and MAX_DEPTH levels: a level is an `and`, `or` or `not`, or a filter of a
    related article, provider or topic; related articles of related articles end at MAX_RELATED.
    """
    level: list[tuple[Filter, int]] = [(filter, 0)]  # with the number of OfRelated above
    depth = conditions = 0
    while level:
        conditions += len(level)
        depth += 1
        _check(depth, conditions, max(related for _, related in level))
        level = [
            (below, related + isinstance(part, OfRelated))
            for part, related in level
            for below in _below(part)
        ]
    return filter


def _check(depth: int, conditions: int, related: int) -> None:
    if depth > MAX_DEPTH:
        raise RequestError(f"The filter is more than {MAX_DEPTH} levels deep.", code="FILTER_TOO_DEEP")
    if related > MAX_RELATED:
        raise RequestError(
            f"The filter asks for related articles more than {MAX_RELATED} levels deep.",
            code="FILTER_TOO_DEEP",
        )
    if conditions > MAX_CONDITIONS:
        raise RequestError(f"The filter has more than {MAX_CONDITIONS} conditions.", code="FILTER_TOO_LARGE")


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
