"""The arguments of fields. The parameters of a function are the arguments of a field, its result goes to the field's
batch function. It raises RequestError for invalid values, before the first read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict, Unpack

import strawberry
from strawberry import UNSET

from graph_api.errors import RequestError
from graph_api.graph.export import GraphFormat
from graph_api.recommendation import HALF_LIFE_DAYS, Strategy
from graph_api.records import EdgeDirection, EdgeKind, EdgeOrigin, NodeKey, Severity
from graph_api.schema import filter_mapping, identifiers
from graph_api.schema.fields import costs
from graph_api.schema.identifiers import Handle, NodeHandle, NodeKind
from graph_api.schema.inputs import (
    ORIGIN,
    ArticleBy,
    ArticleFilter,
    ArticleOrder,
    BodyFormat,
    PathOptions,
    ProviderBy,
    ProviderFilter,
    TopicBy,
    TopicFilter,
    Via,
)
from graph_api.schema.paging import DEFAULT_PAGE, MAX_PAGE, Listing, listing
from graph_api.schema.ranking import GRAVITY, Trending, moment_of
from graph_api.search import Kind
from graph_api.store.columns import FacetField, Interval, microseconds
from graph_api.store.filters import Filter
from graph_api.store.link_suggestions import SuggestionKind
from graph_api.store.lists import AllProblems, RelatedArticles
from graph_api.store.sorting import ListKind, kind_of

MAX_NODES = 100
MAX_WALK = 6
MAX_NEIGHBORHOOD = 1000
MAX_SUBGRAPH = 5000
MAX_PATHS = 100
MAX_AVOIDED = 100
MAX_BUCKETS = 100


def _says(description: str, name: str | None = None) -> Any:  # Any: Strawberry's own annotation object
    return strawberry.argument(description=description, name=name)


def _takes(description: str) -> Any:  # Any: as above
    """The annotation of an argument that takes input objects, whose fields have costs of their own."""
    return strawberry.argument(description=description, directives=costs(0))


# -- lists -----------------------------------------------------------------------------------------------


class Page(TypedDict, total=False):
    """The arguments of every connection; `paging.listing` checks them."""

    first: Annotated[
        int | None,
        _says(
            f"The number of items from the start of the list, 0 to {MAX_PAGE}; {DEFAULT_PAGE} when neither first "
            "nor last is given. Cannot be combined with last."
        ),
    ]
    after: Annotated[
        str | None,
        _says(
            "Returns only items after this cursor, which must come from the same field and orderBy. Cursors stay valid "
            "while the content changes: items that keep their order relative to the cursor's item are neither skipped "
            "nor repeated; items that moved may be. If the item has been removed, the nearest item before it counts."
        ),
    ]
    last: Annotated[
        int | None,
        _says(
            f"The number of items from the end of the list, 0 to {MAX_PAGE}. Cannot be combined with first."
        ),
    ]
    before: Annotated[
        str | None,
        _says(
            "Returns only items before this cursor, which must come from the same field and orderBy. Cursors stay "
            "valid while the content changes, as described for after."
        ),
    ]


Origin = Annotated[EdgeOrigin | None, _says(ORIGIN)]
Articles = Annotated[ArticleFilter | None, _takes("Returns only articles that match this filter.")]
OrderBy = Annotated[
    Sequence[ArticleOrder],
    _takes(
        "The sort order, most important criterion first; newest first by default. Articles that are equal by all "
        "criteria are sorted by id."
    ),
]


@dataclass(frozen=True, slots=True)
class RelatedList:
    """A checked list of related articles."""

    direction: EdgeDirection
    origin: EdgeOrigin | None
    listing: Listing


@dataclass(frozen=True, slots=True)
class TopicList:
    """A checked list of the articles of a topic."""

    descendants: bool
    listing: Listing


@dataclass(frozen=True, slots=True)
class ProblemList:
    """A checked list of problems."""

    scope: AllProblems
    listing: Listing


def articles(filter: Articles = None, order_by: OrderBy = (), **page: Unpack[Page]) -> Listing:
    order = filter_mapping.order(order_by)
    return listing(ListKind.ARTICLES, filter_mapping.of_articles(filter), order, **page)


def related(
    direction: Annotated[
        EdgeDirection, _says("Which edges to follow: those of this article, those to it, or both.")
    ] = EdgeDirection.OUT,
    origin: Origin = None,
    filter: Articles = None,
    order_by: Annotated[
        Sequence[ArticleOrder],
        _takes(
            "The sort order, most important criterion first. By default OUT has the articles that the document lists, in its order, "
            "then those that its body links to, "
            "IN is newest first, and BOTH is OUT followed by the articles that are only IN."
        ),
    ] = (),
    **page: Unpack[Page],
) -> RelatedList:
    kind = kind_of(RelatedArticles(NodeKey(0), direction, origin))
    order = filter_mapping.order(order_by)
    return RelatedList(direction, origin, listing(kind, filter_mapping.of_articles(filter), order, **page))


def topic_articles(
    filter: Articles = None,
    order_by: OrderBy = (),
    include_descendants: Annotated[
        bool, _says("Whether to include the articles of all topics below this one; each article occurs once.")
    ] = False,
    **page: Unpack[Page],
) -> TopicList:
    return TopicList(include_descendants, articles(filter, order_by, **page))


def providers(
    filter: Annotated[ProviderFilter | None, _takes("Returns only providers that match this filter.")] = None,
    **page: Unpack[Page],
) -> Listing:
    return listing(ListKind.PROVIDERS, filter_mapping.of_providers(filter), **page)


def topics(
    filter: Annotated[TopicFilter | None, _takes("Returns only topics that match this filter.")] = None,
    **page: Unpack[Page],
) -> Listing:
    return listing(ListKind.TOPICS, filter_mapping.of_topics(filter), **page)


def problems(
    severity: Annotated[Severity | None, _says("Returns only problems of this severity.")] = None,
    code: Annotated[str | None, _says("Returns only problems with this code, such as W201.")] = None,
    **page: Unpack[Page],
) -> ProblemList:
    return ProblemList(AllProblems(severity, code), listing(ListKind.PROBLEMS, **page))


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """A checked list of link suggestions."""

    kind: SuggestionKind | None
    listing: Listing


def link_suggestions(
    kind: Annotated[
        SuggestionKind | None, _says("Returns only suggestions of this kind; by default of all.")
    ] = None,
    **page: Unpack[Page],
) -> SuggestionList:
    return SuggestionList(kind, listing(ListKind.SUGGESTIONS, **page))


# -- search ----------------------------------------------------------------------------------------------

MAX_SUGGESTIONS = 50


@dataclass(frozen=True, slots=True)
class SearchList:
    """A checked search."""

    query: str
    kinds: frozenset[Kind]
    listing: Listing


@dataclass(frozen=True, slots=True)
class SuggestionsWanted:
    """Checked arguments of `suggest`."""

    prefix: str
    kinds: frozenset[Kind]
    first: int


def search(
    query: Annotated[
        str,
        _says(
            "What to search for. Words must all occur; when nothing has all of them, what has the most of them, at least "
            'half, is returned. "Phrases in quotes" must occur as they are, kube* matches words that begin so, and -word, '
            '-"a phrase" and -kube* exclude. Everything else is taken literally: no text is an error. Case and accents do '
            f"not count. At most {filter_mapping.MAX_QUERY} characters."
        ),
    ],
    types: Annotated[
        Sequence[Kind], _says("The kinds of nodes to search; an empty list means all kinds.")
    ] = (Kind.ARTICLE,),
    filter: Annotated[
        ArticleFilter | None,
        _takes("Returns only articles that match this filter. Providers and topics are not filtered."),
    ] = None,
    **page: Unpack[Page],
) -> SearchList:
    listed = listing(ListKind.SEARCH, filter_mapping.of_articles(filter), **page)
    return SearchList(filter_mapping.query("query", query), frozenset(types), listed)


def suggest(
    prefix: Annotated[
        str, _says("What has been typed: words of a title or name, of which the last may be unfinished.")
    ],
    types: Annotated[
        Sequence[Kind], _says("The kinds of nodes to suggest; an empty list means all kinds.")
    ] = (),
    first: Annotated[int, _says(f"The number of suggestions, 0 to {MAX_SUGGESTIONS}.")] = 8,
) -> SuggestionsWanted:
    return SuggestionsWanted(
        filter_mapping.query("prefix", prefix),
        frozenset(types),
        _within("first", first, 0, MAX_SUGGESTIONS),
    )


def origin(origin: Origin = None) -> EdgeOrigin | None:
    return origin


@dataclass(frozen=True, slots=True)
class FacetsWanted:
    """Checked facets: which fields, and how many buckets of each."""

    by: tuple[FacetField, ...]
    size: int


def facets(
    by: Annotated[list[FacetField], _says("The fields to group by; a field that is repeated counts once.")],
    size: Annotated[int, _says(f"The maximum number of buckets of each facet, 1 to {MAX_BUCKETS}.")] = 10,
) -> FacetsWanted:
    return FacetsWanted(tuple(dict.fromkeys(by)), _within("size", size, 1, MAX_BUCKETS))


# -- stories and rankings --------------------------------------------------------------------------------

MAX_GRAVITY = 10.0


@dataclass(frozen=True, slots=True)
class StoryList:
    """A checked list of stories."""

    min_size: int
    listing: Listing


def story(id: Annotated[strawberry.ID, _says("The id of a story.")]) -> NodeHandle:
    return identifiers.of_kind(NodeKind.STORY, id)


def stories(
    filter: Annotated[
        ArticleFilter | None,
        _takes("Returns only stories of which at least one article matches this filter."),
    ] = None,
    min_size: Annotated[int, _says("The minimum number of articles, 2 or more.")] = 2,
    **page: Unpack[Page],
) -> StoryList:
    listed = listing(ListKind.STORIES, filter_mapping.of_articles(filter), **page)
    return StoryList(_within("minSize", min_size, 2, 2**31 - 1), listed)


def timeline(
    interval: Annotated[Interval, _says("The length of the periods.")] = Interval.DAY,
) -> Interval:
    return interval


def first_ten(
    first: Annotated[int, _says(f"The maximum number of items, 1 to {MAX_BUCKETS}.")] = 10,
) -> int:
    return _within("first", first, 1, MAX_BUCKETS)


def first_five(
    first: Annotated[int, _says(f"The maximum number of items, 1 to {MAX_BUCKETS}.")] = 5,
) -> int:
    return _within("first", first, 1, MAX_BUCKETS)


@dataclass(frozen=True, slots=True)
class TrendingList:
    """A checked list of trending articles, as of a moment."""

    scope: Trending
    listing: Listing


def trending(
    as_of: Annotated[
        datetime | None,
        _says(
            "The moment for which scores are computed; articles that are published later are left out. The default is now, "
            "or the moment of the cursor, so that all pages of a list are of one moment."
        ),
    ] = None,
    gravity: Annotated[
        float,
        _says(
            f"How fast scores fall with age, 0 to {MAX_GRAVITY:g}: they are divided by (age in hours + 2)^gravity."
        ),
    ] = GRAVITY,
    filter: Articles = None,
    **page: Unpack[Page],
) -> TrendingList:
    listed = listing(ListKind.TRENDING, filter_mapping.of_articles(filter), **page)
    if not 0 <= gravity <= MAX_GRAVITY:
        raise RequestError(f"gravity must be between 0 and {MAX_GRAVITY:g}; got {gravity:g}")
    moment = moment_of(listed.window) if as_of is None else microseconds(as_of)
    return TrendingList(Trending(moment or microseconds(datetime.now(UTC)), gravity), listed)


# -- recommendations -----------------------------------------------------------------------------------------

MAX_RECOMMENDATIONS = 50
MAX_LIKED = 20

Recommended = Annotated[int, _says(f"The maximum number of recommendations, 1 to {MAX_RECOMMENDATIONS}.")]
Chosen = Annotated[Strategy, _says("What recommendations are made from.")]
Diversity = Annotated[
    float,
    _says(
        "How much recommendations differ from each other, 0 to 1: 0 returns the highest scores, larger values leave out "
        "articles whose titles are like those before them."
    ),
]
HalfLife = Annotated[
    float | None,
    _says(
        f"The number of days between two articles that halves the part of their similarity that depends on time; {HALF_LIFE_DAYS:g} by default."
    ),
]
ExcludeRelated = Annotated[
    bool,
    _says("Whether to leave out articles that are related to the given ones already, in either direction."),
]


@dataclass(frozen=True, slots=True)
class RecommendationsWanted:
    """Checked options of recommendations."""

    first: int
    strategy: Strategy
    diversity: float
    half_life_days: float
    exclude_related: bool
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class RecommendWanted:
    """Articles that recommendations should be like, and unlike."""

    like: tuple[NodeHandle, ...]
    unlike: tuple[NodeHandle, ...]
    options: RecommendationsWanted


def recommendations(
    first: Recommended = 10,
    strategy: Chosen = Strategy.BLEND,
    diversity: Diversity = 0.3,
    half_life_days: HalfLife = None,
    exclude_related: ExcludeRelated = False,
    filter: Articles = None,
) -> RecommendationsWanted:
    if not 0 <= diversity <= 1:
        raise RequestError(f"diversity must be between 0 and 1; got {diversity:g}")
    half_life = HALF_LIFE_DAYS if half_life_days is None else half_life_days
    if not half_life > 0:
        raise RequestError(f"halfLifeDays must be more than 0; got {half_life:g}")
    return RecommendationsWanted(
        _within("first", first, 1, MAX_RECOMMENDATIONS),
        strategy,
        diversity,
        half_life,
        exclude_related,
        filter_mapping.of_articles(filter),
    )


def recommend(
    like: Annotated[
        list[strawberry.ID],
        _says(f"The ids of 1 to {MAX_LIKED} articles that the recommendations should be like."),
    ],
    unlike: Annotated[
        list[strawberry.ID], _says(f"The ids of up to {MAX_LIKED} articles that they should not be like.")
    ] = (),  # type: ignore[assignment] # pyright: ignore[reportArgumentType] - no argument is a list that could be changed
    first: Recommended = 10,
    strategy: Chosen = Strategy.BLEND,
    diversity: Diversity = 0.3,
    half_life_days: HalfLife = None,
    exclude_related: ExcludeRelated = False,
    filter: Articles = None,
) -> RecommendWanted:
    if not like:
        raise RequestError("like must hold at least one id", code="BAD_PAGE")
    options = recommendations(first, strategy, diversity, half_life_days, exclude_related, filter)
    return RecommendWanted(_articles("like", like), _articles("unlike", unlike), options)


def _articles(name: str, ids: Sequence[str]) -> tuple[NodeHandle, ...]:
    _at_most(name, ids, MAX_LIKED)
    return tuple(
        identifiers.of_kind(NodeKind.ARTICLE, id, f"{name}[{place}]") for place, id in enumerate(ids)
    )


# -- single nodes ----------------------------------------------------------------------------------------


def excerpt(
    max_chars: Annotated[
        int | None,
        _says(
            "The maximum number of characters, 1 or more. A longer excerpt is cut after a word and ends with an ellipsis."
        ),
    ] = None,
) -> int | None:
    if max_chars is not None and max_chars < 1:
        raise RequestError(f"maxChars must be 1 or more; got {max_chars}")
    return max_chars


def body(
    format: Annotated[BodyFormat, _says("The format of the returned text.")] = BodyFormat.MARKDOWN,
) -> BodyFormat:
    return format


def node(
    id: Annotated[strawberry.ID, _says("The id of an article, provider, topic or story.")],
) -> NodeHandle:
    return identifiers.node(id)


def nodes(
    ids: Annotated[
        list[strawberry.ID],
        _says(f"Up to {MAX_NODES} ids of articles, providers, topics or stories, in any order."),
    ],
) -> tuple[NodeHandle, ...]:
    _at_most("ids", ids, MAX_NODES)
    return identifiers.nodes(ids)


def article(by: Annotated[ArticleBy, _takes("Which article to look up.")]) -> NodeHandle | Handle:
    return identifiers.article(by)


def provider(by: Annotated[ProviderBy, _takes("Which provider to look up.")]) -> NodeHandle:
    return identifiers.provider(by)


def topic(by: Annotated[TopicBy, _takes("Which topic to look up.")]) -> NodeHandle | str:
    return identifiers.topic(by)


# -- the graph -------------------------------------------------------------------------------------------

Kinds = Annotated[
    Sequence[Via],
    _says(
        "The kinds of edges to follow. An empty list means RELATED. With TOPIC or PROVIDER most articles are two "
        "steps from each other."
    ),
]
Visited = Annotated[
    ArticleFilter | None,
    _takes(
        "Visits only articles that match this filter: other articles are neither returned nor walked through. "
        "Topics, providers and the start are always visited."
    ),
]


@dataclass(frozen=True, slots=True)
class NeighborhoodWanted:
    """A checked neighborhood."""

    max_depth: int
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    filter: Filter | None
    limit: int


@dataclass(frozen=True, slots=True)
class SubgraphWanted:
    """A checked subgraph; *handles* None for the newest articles."""

    handles: tuple[NodeHandle, ...] | None
    filter: Filter | None
    kinds: frozenset[EdgeKind]
    limit: int


@dataclass(frozen=True, slots=True)
class PathsWanted:
    """Checked paths between two nodes."""

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
    """Two articles to compare."""

    a: NodeHandle
    b: NodeHandle


def neighborhood(
    max_depth: Annotated[int, _says(f"The maximum number of steps from the article, 0 to {MAX_WALK}.")] = 2,
    via: Kinds = (Via.RELATED,),
    origin: Origin = None,
    direction: Annotated[
        EdgeDirection, _says("Whether to follow edges forwards (OUT), backwards (IN) or both ways.")
    ] = EdgeDirection.BOTH,
    filter: Visited = None,
    limit: Annotated[
        int, _says(f"The maximum number of nodes, this article included, 1 to {MAX_NEIGHBORHOOD}.")
    ] = 100,
) -> NeighborhoodWanted:
    return NeighborhoodWanted(
        _within("maxDepth", max_depth, 0, MAX_WALK),
        kinds_of(via, origin),
        direction,
        filter_mapping.of_articles(filter),
        _within("limit", limit, 1, MAX_NEIGHBORHOOD),
    )


def subgraph(
    ids: Annotated[
        list[strawberry.ID] | None,
        _says(
            f"The ids of up to {MAX_SUBGRAPH} articles, providers or topics; unknown ids are left out. The newest "
            "articles when ids is not given."
        ),
    ] = None,
    filter: Articles = None,
    via: Annotated[Sequence[Via], _says("The kinds of links to return. An empty list means RELATED.")] = (
        Via.RELATED,
    ),
    origin: Origin = None,
    limit: Annotated[int, _says(f"The maximum number of nodes, 1 to {MAX_SUBGRAPH}.")] = 500,
) -> SubgraphWanted:
    if ids is not None:
        _at_most("ids", ids, MAX_SUBGRAPH)
    return SubgraphWanted(
        None if ids is None else identifiers.vertices(ids),
        filter_mapping.of_articles(filter),
        kinds_of(via, origin),
        _within("limit", limit, 1, MAX_SUBGRAPH),
    )


def paths(
    from_: Annotated[strawberry.ID, _says("The id of the node where paths start.", "from")],
    to: Annotated[strawberry.ID, _says("The id of the node where paths end.")],
    options: Annotated[
        PathOptions | None, _takes("Which edges and articles paths may use, and their limits.")
    ] = None,
) -> PathsWanted:
    given = options or PathOptions()
    avoid = [] if given.avoid is None or given.avoid is UNSET else given.avoid
    _at_most("options.avoid", avoid, MAX_AVOIDED)
    return PathsWanted(
        identifiers.vertex(from_, "from"),
        identifiers.vertex(to, "to"),
        kinds_of(given.via or (), given.origin or None),
        given.direction or EdgeDirection.BOTH,
        _within("options.maxDepth", MAX_WALK if given.max_depth is None else given.max_depth, 1, MAX_WALK),
        _within("options.limit", 5 if given.limit is None else given.limit, 1, MAX_PATHS),
        identifiers.vertices(avoid, "options.avoid"),
        filter_mapping.of_articles(given.filter),
    )


def pair(
    a: Annotated[strawberry.ID, _says("The id of an article.")],
    b: Annotated[strawberry.ID, _says("The id of another article.")],
) -> PairWanted:
    return PairWanted(
        identifiers.of_kind(NodeKind.ARTICLE, a, "a"), identifiers.of_kind(NodeKind.ARTICLE, b, "b")
    )


def export(format: Annotated[GraphFormat, _says("The format of the returned text.")]) -> GraphFormat:
    return format


def kinds_of(via: Sequence[Via], origin: EdgeOrigin | None) -> frozenset[EdgeKind]:
    """The kinds of edges to follow: those of *via*, of related ones those of *origin*, of both when None."""
    kinds = frozenset[EdgeKind]().union(*(one.value for one in via or (Via.RELATED,)))
    return frozenset(kind for kind in kinds if origin is None or kind.origin in {None, origin})


def _within(name: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise RequestError(f"{name} must be between {least} and {most}; got {value}", code="BAD_PAGE")
    return value


def _at_most(name: str, ids: Sequence[str], most: int) -> None:
    if len(ids) > most:
        raise RequestError(f"{name} must hold at most {most} ids; got {len(ids)}", code="BAD_PAGE")
