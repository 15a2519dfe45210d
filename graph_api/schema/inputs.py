"""The inputs of the contract: how clients name a node, filter and order. No behaviour lives here."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLOneOfDirective
from strawberry import UNSET, schema_directives
from strawberry.schema_directive import Location

from graph_api.graph.export import GraphFormat
from graph_api.records import EdgeDirection, EdgeKind, Severity
from graph_api.schema.fields import costs, enum
from graph_api.schema.scalars import URL
from graph_api.store.reads import OrderField


def optional(description: str, name: str | None = None) -> Any:  # Any: stands where a class declares a field
    """A value that may be left out, and costs a unit; null means the same as leaving it out."""
    return strawberry.field(description=description, default=UNSET, name=name, directives=costs(1))


def nested(description: str, name: str | None = None) -> Any:  # Any: as above
    """An input object that may be left out, and costs what is in it."""
    return strawberry.field(description=description, default=UNSET, name=name, directives=costs(0))


enum(
    "Which way edges are followed, seen from a node. Edges run from an article to the articles it lists, to its "
    "provider and to its topics.",
    OUT="Along the edges: to the articles that this one lists as related.",
    IN="Against the edges: to the articles that list this one as related.",
    BOTH="Either way; each node once.",
)(EdgeDirection)

enum(
    "How much a problem of a document weighs.",
    ERROR="The file was rejected.",
    WARNING="The file was accepted, with the change that the message tells.",
)(Severity)


@enum(
    "The form in which a body is answered.",
    MARKDOWN="As it stands in the document.",
    HTML="Rendered from Markdown and sanitised: no scripts, styles, forms or event handlers.",
    TEXT="Without any markup.",
)
class BodyFormat(Enum):
    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"


enum(
    "What articles can be ordered by.",
    "ArticleOrderField",
    PUBLISHED_DATE_TIME="The moment of publication.",
    HEAT="The editorial heat score.",
    QUALITY="The editorial quality score.",
    TITLE="The title, without regard to case.",
    RELATED_COUNT="How many articles it lists as related.",
    POSITION="The place in the list of related articles; offered by `Article.related` only.",
)(OrderField)


enum(
    "What an edge says.",
    RELATED="An article lists another one as related.",
    PROVIDER="An article was published by a provider.",
    TOPIC="An article has a topic.",
)(EdgeKind)


enum(
    "The formats that a graph can be exported in.",
    NODE_LINK_JSON="JSON with lists of nodes and edges, as networkx and D3 read it.",
    CYTOSCAPE_JSON="JSON as Cytoscape and Cytoscape.js read it.",
    GRAPHML="GraphML, an XML format that most graph programs read.",
    GEXF="GEXF, the XML format of Gephi.",
    DOT="The language of Graphviz.",
    MERMAID="A Mermaid flowchart, as Markdown documents embed it.",
)(GraphFormat)


@enum("Which end comes first.", ASC="Smallest, oldest or first letter first.", DESC="The other way round.")
class OrderDirection(Enum):
    ASC = "asc"
    DESC = "desc"


@enum("Where articles without a value stand.", FIRST="Before all others.", LAST="After all others.")
class NullsOrder(Enum):
    FIRST = "first"
    LAST = "last"


@strawberry.input(
    description="One step of an order. Equal articles are told apart by the next step, at last by id."
)
class ArticleOrder:
    field: OrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(
        description="Which end comes first.", default=OrderDirection.DESC
    )
    nulls: NullsOrder = strawberry.field(
        description="Where articles without a value stand.", default=NullsOrder.LAST
    )


@strawberry.input(
    description="Conditions on a text; all that are given must hold. eq, ne, in and notIn compare exactly, "
    "contains, startsWith and endsWith without regard to case. Where there is no text, only ne, notIn and "
    "isNull: true hold. A condition that is null counts as left out."
)
class StringFilter:
    eq: str | None = optional("Equal to this text.")
    ne: str | None = optional("Not equal to this text.")
    in_: list[str] | None = optional("Equal to one of these texts; with an empty list nothing fits.", "in")
    not_in: list[str] | None = optional("Equal to none of these texts; with an empty list everything fits.")
    contains: str | None = optional("Has this text in it, without regard to case.")
    starts_with: str | None = optional("Begins with this text, without regard to case.")
    ends_with: str | None = optional("Ends with this text, without regard to case.")
    is_null: bool | None = optional("true: there is no text; false: there is one.")


@strawberry.input(
    description="Conditions on a whole number; all that are given must hold. Where there is no number, only ne "
    "and isNull: true hold. A condition that is null counts as left out."
)
class IntFilter:
    eq: int | None = optional("Equal to this number.")
    ne: int | None = optional("Not equal to this number.")
    gt: int | None = optional("Greater than this number.")
    gte: int | None = optional("This number or greater.")
    lt: int | None = optional("Less than this number.")
    lte: int | None = optional("This number or less.")
    is_null: bool | None = optional("true: there is no number; false: there is one.")


@strawberry.input(
    description="Conditions on a moment; all that are given must hold. Where there is no moment, only "
    "isNull: true holds. A condition that is null counts as left out."
)
class DateTimeFilter:
    eq: datetime | None = optional("At this moment.")
    gt: datetime | None = optional("After this moment.")
    gte: datetime | None = optional("At this moment or after.")
    lt: datetime | None = optional("Before this moment.")
    lte: datetime | None = optional("At this moment or before.")
    within: str | None = optional(
        "Within this ISO 8601 duration back from now, such as P7D or PT36H; a year counts 365 days, a month 30."
    )
    is_null: bool | None = optional("true: there is no moment; false: there is one.")


@strawberry.input(description="Conditions on a yes-or-no fact. Where it is unknown, only isNull: true holds.")
class BooleanFilter:
    eq: bool | None = optional("Equal to this.")
    is_null: bool | None = optional("true: it is unknown; false: it is known.")


@strawberry.input(description="Conditions on a topic; all that are given must hold.")
class TopicFilter:
    slug: StringFilter | None = nested("The topic's slug.")
    name: StringFilter | None = nested("The topic's name.")


@strawberry.input(description="Conditions on the topics of an article; all that are given must hold.")
class TopicListFilter:
    some: TopicFilter | None = nested("At least one topic fits.")
    none: TopicFilter | None = nested("No topic fits.")
    every: TopicFilter | None = nested("Every topic fits; also true of an article without topics.")
    all: list[str] | None = optional(
        "The slugs of topics that must all be there; an empty list always holds."
    )
    count: IntFilter | None = nested("How many topics the article has.")


@strawberry.input(description="Conditions on a provider; all that are given must hold.")
class ProviderFilter:
    domain: StringFilter | None = nested("The provider's domain, in lower case.")
    name: StringFilter | None = nested("The provider's name.")


@strawberry.input(
    description="Conditions on an article; all that are given must hold, an empty filter fits every article. "
    "Conditions on what is missing are false, and `not` makes them true."
)
class ArticleFilter:
    and_: list[ArticleFilter] | None = nested("All of these fit; an empty list always does.", "and")
    or_: list[ArticleFilter] | None = nested("At least one of these fits; an empty list never does.", "or")
    not_: ArticleFilter | None = nested("This does not fit.", "not")
    title: StringFilter | None = nested("The title.")
    slug: StringFilter | None = nested("The slug.")
    category: StringFilter | None = nested("The category.")
    type: StringFilter | None = nested("The type, such as article or video.")
    url: StringFilter | None = nested("The canonical URL, as `Article.url` answers it.")
    published_date_time: DateTimeFilter | None = nested("The moment of publication.")
    quality: IntFilter | None = nested("The editorial quality score.")
    heat: IntFilter | None = nested("The editorial heat score.")
    published: BooleanFilter | None = nested("Whether the document says published.")
    is_stub: BooleanFilter | None = nested(
        "Whether the article is known only from lists of related articles."
    )
    provider: ProviderFilter | None = nested("The article has a provider, and it fits.")
    topics: TopicListFilter | None = nested("The topics.")
    related: ArticleFilter | None = nested(
        "Some article that this one lists as related fits. Such conditions nest at most twice."
    )
    related_count: IntFilter | None = nested("How many articles this one lists as related.")
    has_image: bool | None = optional("Whether the article has an image.")


@strawberry.schema_directive(
    locations=[Location.INPUT_OBJECT], name="oneOf", description=GraphQLOneOfDirective.description
)
class OneOf(schema_directives.OneOf):
    """Strawberry's own, which prints no description."""


@strawberry.input(directives=[OneOf()], description="One way to name an article.")
class ArticleBy:
    id: strawberry.ID | None = optional("Its id, such as article:4q2m5r3vdkd7cfwe.")
    slug: str | None = optional(
        "Its slug. Where several share it: the newest, then the one with the smallest id."
    )
    url: URL | None = optional("Any of its URLs, canonical or not.")
    path: str | None = optional("The path of its file, relative to the source folder, with slashes.")


@strawberry.input(directives=[OneOf()], description="One way to name a provider.")
class ProviderBy:
    id: strawberry.ID | None = optional("Its id, such as provider:venturebeat.com.")
    domain: str | None = optional("Its domain, in upper or lower case.")


@strawberry.input(directives=[OneOf()], description="One way to name a topic.")
class TopicBy:
    id: strawberry.ID | None = optional("Its id, such as topic:machine-learning.")
    slug: str | None = optional("Its slug.")
    name: str | None = optional("Its name, without regard to case.")


@strawberry.input(description="How paths are looked for.")
class PathOptions:
    via: list[EdgeKind] | None = strawberry.field(
        description="The kinds of edges that are followed; RELATED when none is named. TOPIC and PROVIDER shorten most paths to two steps.",
        default_factory=lambda: [EdgeKind.RELATED],
        directives=costs(1),
    )
    direction: EdgeDirection | None = strawberry.field(
        description="Which way edges are followed, seen from the start.",
        default=EdgeDirection.BOTH,
        directives=costs(1),
    )
    max_depth: int | None = strawberry.field(
        description="How many steps at most: 1 to 6.", default=6, directives=costs(1)
    )
    limit: int | None = strawberry.field(
        description="How many paths at most: 1 to 100.", default=5, directives=costs(1)
    )
    avoid: list[strawberry.ID] | None = optional(
        "Ids of at most 100 nodes that paths must not lead through. The two ends are visited even so."
    )
    filter: ArticleFilter | None = nested(
        "Bounds what is visited: paths lead through articles that fit only. The two ends are always visited; "
        "topics and providers always fit."
    )
