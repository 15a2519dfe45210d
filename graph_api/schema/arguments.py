"""The arguments of fields: each function's parameters are a field's arguments, and its result is what the
field's batch function gets. All that a client can get wrong is refused here, before anything is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph_api.errors import RequestError
from graph_api.graph.export import GraphFormat
from graph_api.records import EdgeDirection, EdgeKind, Severity
from graph_api.schema import filter_mapping, identifiers
from graph_api.schema.fields import costs
from graph_api.schema.identifiers import Handle, NodeHandle
from graph_api.schema.inputs import (
    ArticleBy,
    ArticleFilter,
    ArticleOrder,
    BodyFormat,
    PathOptions,
    ProviderBy,
    ProviderFilter,
    TopicBy,
    TopicFilter,
)
from graph_api.schema.paging import DEFAULT_PAGE, MAX_PAGE, Listing, listing
from graph_api.store.filters import Filter
from graph_api.store.reads import AllProblems, ArticleRows

MAX_NODES = 100


def _says(description: str, name: str | None = None) -> Any:  # Any: Strawberry's own annotation object
    return strawberry.argument(description=description, name=name)


def _takes(description: str) -> Any:  # Any: as above
    """What is said of an argument that takes input objects: it costs what is in them."""
    return strawberry.argument(description=description, directives=costs(0))


First = Annotated[
    int | None,
    _says(f"How many items from the start: 1 to {MAX_PAGE}, {DEFAULT_PAGE} when left out. Not with last."),
]
Last = Annotated[int | None, _says(f"How many items from the end: 1 to {MAX_PAGE}. Not with first.")]
After = Annotated[
    str | None,
    _says("A cursor of this list: only items after it. It stays good when the content changes."),
]
Before = Annotated[str | None, _says("A cursor of this list: only items before it.")]
Where = Annotated[ArticleFilter | None, _takes("Only articles that fit.")]
OrderBy = Annotated[
    list[ArticleOrder] | None,
    _takes("The order, most important step first; newest first when left out or empty. Ends with the id."),
]


@dataclass(frozen=True, slots=True)
class RelatedList:
    """The related articles of an article that a client asks for."""

    direction: EdgeDirection
    listing: Listing


@dataclass(frozen=True, slots=True)
class TopicList:
    """The articles of a topic that a client asks for."""

    descendants: bool
    listing: Listing


def _absent(value: Any) -> Any:  # Any: UNSET and null both mean that the client left it out
    return None if value is UNSET else value


def articles(
    filter: Where = UNSET,
    order_by: OrderBy = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing:
    return listing(
        "articles",
        filter=filter_mapping.of_articles(_absent(filter)),
        order=filter_mapping.order(_absent(order_by)),
        first=_absent(first),
        after=_absent(after),
        last=_absent(last),
        before=_absent(before),
    )


def related(
    direction: Annotated[
        EdgeDirection | None, _says("Which way the edges are followed.")
    ] = EdgeDirection.OUT,
    filter: Where = UNSET,
    order_by: Annotated[
        list[ArticleOrder] | None,
        _takes(
            "The order. When left out or empty, OUT is in the order of the document's list, IN newest first, "
            "BOTH first OUT and then those that are only IN."
        ),
    ] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> RelatedList:
    way = direction or EdgeDirection.OUT
    return RelatedList(
        way,
        listing(
            f"related {way.name}",
            filter=filter_mapping.of_articles(_absent(filter)),
            order=filter_mapping.order(_absent(order_by), positions=True),
            first=_absent(first),
            after=_absent(after),
            last=_absent(last),
            before=_absent(before),
        ),
    )


def topic_articles(
    filter: Where = UNSET,
    order_by: OrderBy = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    include_descendants: Annotated[
        bool | None, _says("Also the articles of all topics below this one, each article once.")
    ] = False,
) -> TopicList:
    return TopicList(bool(include_descendants), articles(filter, order_by, first, after, last, before))


def providers(
    filter: Annotated[ProviderFilter | None, _takes("Only providers that fit.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing:
    return listing(
        "providers",
        filter=filter_mapping.of_providers(_absent(filter)),
        first=_absent(first),
        after=_absent(after),
        last=_absent(last),
        before=_absent(before),
    )


def topics(
    filter: Annotated[TopicFilter | None, _takes("Only topics that fit.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing:
    return listing(
        "topics",
        filter=filter_mapping.of_topics(_absent(filter)),
        first=_absent(first),
        after=_absent(after),
        last=_absent(last),
        before=_absent(before),
    )


@dataclass(frozen=True, slots=True)
class ProblemList:
    """The problems that a client asks for."""

    scope: AllProblems
    listing: Listing


def problems(
    severity: Annotated[Severity | None, _says("Only problems of this weight.")] = UNSET,
    code: Annotated[str | None, _says("Only problems with this code, such as W201.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> ProblemList:
    paged = listing(
        "problems",
        first=_absent(first),
        after=_absent(after),
        last=_absent(last),
        before=_absent(before),
    )
    return ProblemList(AllProblems(_absent(severity), _absent(code)), paged)


def excerpt(
    max_chars: Annotated[
        int | None,
        _says("At most this many characters, 1 or more; a longer excerpt ends at a word, with an ellipsis."),
    ] = UNSET,
) -> int | None:
    wanted: int | None = _absent(max_chars)
    if wanted is not None and wanted < 1:
        raise RequestError(f"maxChars must be 1 or more, not {wanted}")
    return wanted


def body(
    format: Annotated[BodyFormat | None, _says("The form of the answer.")] = BodyFormat.MARKDOWN,
) -> BodyFormat:
    return format or BodyFormat.MARKDOWN


def node(id: Annotated[strawberry.ID, _says("The id of an article, provider or topic.")]) -> NodeHandle:
    return identifiers.node(id)


def nodes(
    ids: Annotated[list[strawberry.ID], _says(f"At most {MAX_NODES} ids, of any kinds.")],
) -> tuple[NodeHandle, ...]:
    if len(ids) > MAX_NODES:
        raise RequestError(f"ids holds {len(ids)} ids; at most {MAX_NODES} are allowed", code="BAD_PAGE")
    return identifiers.nodes(ids)


def article(by: Annotated[ArticleBy, _takes("How to find it.")]) -> NodeHandle | Handle:
    return identifiers.article(by)


def provider(by: Annotated[ProviderBy, _takes("How to find it.")]) -> NodeHandle:
    return identifiers.provider(by)


def topic(by: Annotated[TopicBy, _takes("How to find it.")]) -> NodeHandle | str:
    return identifiers.topic(by)


# -- traversal -------------------------------------------------------------------------------------------

MAX_WALK = 6
MAX_NEIGHBORHOOD = 1000
MAX_SUBGRAPH = 5000
MAX_PATHS = 100
MAX_AVOIDED = 100

Via = Annotated[
    list[EdgeKind] | None,
    _says(
        "The kinds of edges that are followed; RELATED when none is named. TOPIC and PROVIDER shorten most paths to two steps."
    ),
]
Visited = Annotated[
    ArticleFilter | None,
    _takes(
        "Bounds what is visited: an article that does not fit is neither found nor walked through. The given "
        "ends are always visited; topics and providers always fit."
    ),
]


@dataclass(frozen=True, slots=True)
class NeighborhoodWanted:
    """The neighbourhood that a client asks for."""

    max_depth: int
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    filter: Filter | None
    limit: int


@dataclass(frozen=True, slots=True)
class SubgraphWanted:
    """The subgraph that a client asks for; *handles* None for the newest articles."""

    handles: tuple[NodeHandle, ...] | None
    filter: Filter | None
    kinds: frozenset[EdgeKind]
    limit: int


@dataclass(frozen=True, slots=True)
class PathsWanted:
    """The paths that a client asks for."""

    start: NodeHandle
    end: NodeHandle
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    max_depth: int
    limit: int
    avoid: tuple[NodeHandle, ...]
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class PairWanted:
    """The two articles that a client compares."""

    a: NodeHandle
    b: NodeHandle


def neighborhood(
    max_depth: Annotated[int | None, _says(f"How many hops at most: 0 to {MAX_WALK}.")] = 2,
    via: Via = (EdgeKind.RELATED,),  # type: ignore[assignment] # a default must not be mutable
    direction: Annotated[
        EdgeDirection | None, _says("Which way edges are followed, seen from the start.")
    ] = EdgeDirection.BOTH,
    filter: Visited = UNSET,
    limit: Annotated[
        int | None, _says(f"How many nodes at most, the start among them: 1 to {MAX_NEIGHBORHOOD}.")
    ] = 100,
) -> NeighborhoodWanted:
    return NeighborhoodWanted(
        _within("maxDepth", 2 if max_depth is None else max_depth, 0, MAX_WALK),
        _kinds(via),
        direction or EdgeDirection.BOTH,
        filter_mapping.of_articles(_absent(filter)),
        _within("limit", 100 if limit is None else limit, 1, MAX_NEIGHBORHOOD),
    )


def subgraph(
    ids: Annotated[
        list[strawberry.ID] | None,
        _says(f"Ids of at most {MAX_SUBGRAPH} articles, providers or topics; unknown ones are left out."),
    ] = UNSET,
    filter: Annotated[ArticleFilter | None, _takes("Only articles that fit.")] = UNSET,
    via: Via = (EdgeKind.RELATED,),  # type: ignore[assignment] # a default must not be mutable
    limit: Annotated[int | None, _says(f"How many nodes at most: 1 to {MAX_SUBGRAPH}.")] = 500,
) -> SubgraphWanted:
    given: list[strawberry.ID] | None = _absent(ids)
    if given is not None and len(given) > MAX_SUBGRAPH:
        raise RequestError(f"ids holds {len(given)} ids; at most {MAX_SUBGRAPH} are allowed", code="BAD_PAGE")
    return SubgraphWanted(
        None if given is None else identifiers.nodes(given),
        filter_mapping.of_articles(_absent(filter)),
        _kinds(via),
        _within("limit", 500 if limit is None else limit, 1, MAX_SUBGRAPH),
    )


def paths(
    from_: Annotated[strawberry.ID, _says("The id of the node that paths start from.", "from")],
    to: Annotated[strawberry.ID, _says("The id of the node that paths lead to.")],
    options: Annotated[PathOptions | None, _takes("How paths are looked for.")] = UNSET,
) -> PathsWanted:
    given: PathOptions = _absent(options) or PathOptions()
    avoid: list[strawberry.ID] = _absent(given.avoid) or []
    if len(avoid) > MAX_AVOIDED:
        raise RequestError(
            f"options.avoid holds {len(avoid)} ids; at most {MAX_AVOIDED} are allowed", code="BAD_PAGE"
        )
    return PathsWanted(
        identifiers.node(from_, "from"),
        identifiers.node(to, "to"),
        _kinds(given.via),
        given.direction or EdgeDirection.BOTH,
        _within("options.maxDepth", MAX_WALK if given.max_depth is None else given.max_depth, 1, MAX_WALK),
        _within("options.limit", 5 if given.limit is None else given.limit, 1, MAX_PATHS),
        identifiers.nodes(avoid, "options.avoid"),
        filter_mapping.of_articles(_absent(given.filter)),
    )


def pair(
    a: Annotated[strawberry.ID, _says("The id of an article.")],
    b: Annotated[strawberry.ID, _says("The id of another article.")],
) -> PairWanted:
    return PairWanted(identifiers.of_kind(ArticleRows, a, "a"), identifiers.of_kind(ArticleRows, b, "b"))


def _kinds(via: Sequence[EdgeKind] | None) -> frozenset[EdgeKind]:
    """The kinds of edges; null and an empty list mean RELATED."""
    return frozenset(via or (EdgeKind.RELATED,))


def _within(name: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise RequestError(f"{name} must be from {least} to {most}, not {value}", code="BAD_PAGE")
    return value


def export(
    format: Annotated[GraphFormat, _says("The format of the text.")],
) -> GraphFormat:
    return format
