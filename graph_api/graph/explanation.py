"""Paths in words: "“A” lists “B” as related; “C” lists both “B” and “D” as related"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph_api.graph.walk import Link
from graph_api.records import EdgeKind

# By kind: source and target of one link; two sources of one target; one source of two targets.
_ONE = {
    EdgeKind.LISTED: "{0} lists {1} as related",
    EdgeKind.LINKED: "{0} links to {1}",
    EdgeKind.PROVIDER: "{0} is published by {1}",
    EdgeKind.TOPIC: "{0} is about {1}",
}
_SAME_TARGET = {
    EdgeKind.LISTED: "{0} and {1} both list {2} as related",
    EdgeKind.LINKED: "{0} and {1} both link to {2}",
    EdgeKind.PROVIDER: "{0} and {1} are both published by {2}",
    EdgeKind.TOPIC: "{0} and {1} are both about {2}",
}
_SAME_SOURCE = {
    EdgeKind.LISTED: "{2} lists both {0} and {1} as related",
    EdgeKind.LINKED: "{2} links to both {0} and {1}",
    EdgeKind.PROVIDER: "{2} is published by both {0} and {1}",
    EdgeKind.TOPIC: "{2} is about both {0} and {1}",
}
_MUTUAL = {
    EdgeKind.LISTED: "{0} and {1} list each other as related",
    EdgeKind.LINKED: "{0} and {1} name each other",
}


def explanation(path: Sequence[int], links: Sequence[Link], titles: Mapping[int, str]) -> str:
    """*path* in words, from its start; *links* has one link a step, *titles* the names of all its nodes.

    Two steps of one kind to the same node, or from the same node, become one clause. Runs of white space in
    titles become one space.
    """
    names = {key: f"“{' '.join(titles[key].split())}”" for key in path}
    if not links:
        return f"{names[path[0]]} is both ends of the path"
    clauses: list[str] = []
    step = 0
    while step < len(links):
        ends = [names[key] for key in path[step : step + 3]]
        both = _both(*links[step : step + 2], middle=path[step + 1])
        if both:
            clauses.append(both.format(ends[0], ends[2], ends[1]))
            step += 2
        else:
            clauses.append(_one(links[step], names))
            step += 1
    return "; ".join(clauses)


def _both(first: Link, second: Link | None = None, *, middle: int) -> str:
    """The clause for two steps of one kind that both lead to, or both come from, *middle*; else empty."""
    if second is None or first.kind is not second.kind or first.reciprocal or second.reciprocal:
        return ""
    if first.target == second.target == middle:
        return _SAME_TARGET[first.kind]
    return _SAME_SOURCE[first.kind] if first.source == second.source == middle else ""


def _one(link: Link, names: Mapping[int, str]) -> str:
    words = _MUTUAL.get(link.kind) if link.reciprocal else None
    return (words or _ONE[link.kind]).format(names[link.source], names[link.target])
