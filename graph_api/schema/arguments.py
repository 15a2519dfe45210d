"""The arguments of fields: each function's parameters are a field's arguments, and its result is what the
field's batch function gets. All that a client can get wrong is refused here, before anything is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection, Severity
from graph_api.schema import conditions, handles
from graph_api.schema.handles import Handle, NodeHandle
from graph_api.schema.inputs import (
    ArticleBy,
    ArticleFilter,
    ArticleOrder,
    BodyFormat,
    ProviderBy,
    ProviderFilter,
    TopicBy,
    TopicFilter,
)
from graph_api.schema.paging import DEFAULT_PAGE, MAX_PAGE, Listing, listing
from graph_api.store.reads import AllProblems

MAX_NODES = 100


def _says(description: str, name: str | None = None) -> Any:  # Any: Strawberry's own annotation object
    return strawberry.argument(description=description, name=name)


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
Where = Annotated[ArticleFilter | None, _says("Only articles that fit.")]
OrderBy = Annotated[
    list[ArticleOrder] | None,
    _says("The order, most important step first; newest first when left out or empty. Ends with the id."),
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
        filter=conditions.of_articles(_absent(filter)),
        order=conditions.order(_absent(order_by)),
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
        _says(
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
            filter=conditions.of_articles(_absent(filter)),
            order=conditions.order(_absent(order_by), positions=True),
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
    filter: Annotated[ProviderFilter | None, _says("Only providers that fit.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing:
    return listing(
        "providers",
        filter=conditions.of_providers(_absent(filter)),
        first=_absent(first),
        after=_absent(after),
        last=_absent(last),
        before=_absent(before),
    )


def topics(
    filter: Annotated[TopicFilter | None, _says("Only topics that fit.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing:
    return listing(
        "topics",
        filter=conditions.of_topics(_absent(filter)),
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
) -> ProblemList:
    paged = listing("problems", first=_absent(first), after=_absent(after))
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
    return handles.node(id)


def nodes(
    ids: Annotated[list[strawberry.ID], _says(f"At most {MAX_NODES} ids, of any kinds.")],
) -> tuple[NodeHandle, ...]:
    if len(ids) > MAX_NODES:
        raise RequestError(f"ids holds {len(ids)} ids; at most {MAX_NODES} are allowed", code="BAD_PAGE")
    return tuple(map(handles.node, ids))


def article(by: Annotated[ArticleBy, _says("How to find it.")]) -> NodeHandle | Handle:
    return handles.article(by)


def provider(by: Annotated[ProviderBy, _says("How to find it.")]) -> NodeHandle:
    return handles.provider(by)


def topic(by: Annotated[TopicBy, _says("How to find it.")]) -> NodeHandle | str:
    return handles.topic(by)
