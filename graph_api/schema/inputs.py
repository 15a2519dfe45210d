"""The input types and enums of the schema: look-ups, filters and orders. They have no behavior."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLOneOfDirective
from strawberry import UNSET, schema_directives
from strawberry.schema_directive import Location

from graph_api.graph.export import GraphFormat
from graph_api.recommendation import ReasonKind, Strategy
from graph_api.records import RELATED_KINDS, EdgeDirection, EdgeKind, EdgeOrigin, Severity
from graph_api.schema.fields import costs, enum
from graph_api.schema.scalars import URL
from graph_api.search import Kind
from graph_api.store.columns import FacetField, Interval
from graph_api.store.link_suggestions import SuggestionKind
from graph_api.store.lists import OrderField


def optional(description: str, name: str | None = None) -> Any:  # Any: stands where a class declares a field
    """An optional value that costs 1; null means the same as leaving it out."""
    return strawberry.field(description=description, default=UNSET, name=name, directives=costs(1))


def nested(description: str, name: str | None = None) -> Any:  # Any: as above
    """An optional input object that costs the sum of its fields."""
    return strawberry.field(description=description, default=UNSET, name=name, directives=costs(0))


enum(
    "The direction in which edges are followed. Edges point from an article to its related articles, its provider and "
    "its topics.",
    OUT="Follow edges forwards: to the articles that this one lists as related.",
    IN="Follow edges backwards: to the articles that list this one as related.",
    BOTH="Follow edges in both directions; each node occurs once.",
)(EdgeDirection)

enum(
    "The severity of a problem.",
    ERROR="The document was rejected.",
    WARNING="The document was accepted; the message describes what was changed or left out.",
)(Severity)


enum(
    "The fields by which articles can be grouped.",
    TOPIC="The topics; an article counts in each of its topics. The key of a bucket is the slug, the label the name.",
    PROVIDER="The provider. The key of a bucket is the domain, the label the name.",
    TYPE='The type, such as "article" or "video".',
    CATEGORY='The category, such as "news".',
    MONTH="The month of publication in UTC. The key of a bucket is like 2023-03, the label like March 2023.",
    YEAR="The year of publication in UTC, such as 2023.",
)(FacetField)


enum(
    "The length of the periods of a timeline, in UTC.",
    HOUR="An hour.",
    DAY="A day.",
    WEEK="A week from Monday on.",
    MONTH="A calendar month.",
)(Interval)


enum(
    "What recommendations are made from.",
    "RecommendationStrategy",
    BLEND="Similar words, closeness in time, related articles, and what the most similar articles are related to.",
    RELATED="As BLEND, but only articles that are related already, in either direction.",
    CO_RELATED="Articles that are related to the same articles; rare ones count more (Adamic and Adar, 2003).",
    TOPICS="Shared topics, rare ones more, and closeness in time.",
    TEXT="Similar words of titles and texts.",
    RANDOM_WALK="Random walks of up to three steps along related articles.",
)(Strategy)


enum(
    "Why an article is recommended.",
    LINKED="The articles are related: one lists the other or links to it.",
    CO_RELATED="It is related to similar articles, or to the same articles.",
    SHARED_TOPIC="They share a topic; the rarest is named.",
    SAME_PROVIDER="They have the same provider.",
    SAME_STORY="They belong to the same story.",
    RANDOM_WALK="Walks along related articles lead to it.",
    TEXT_SIMILAR="Title or text have similar words.",
    FRESH="Similar words count more, since the articles were published close to each other.",
)(ReasonKind)


@enum(
    "The format of an article's body.",
    MARKDOWN="Markdown, exactly as in the document.",
    HTML="HTML, rendered from the Markdown and sanitized: without scripts, styles, forms and event handlers. Relative URLs are resolved against the article's URL.",
    TEXT="Plain text: a line for each block, list item and table row, tabs between cells, images as their alternative text.",
)
class BodyFormat(Enum):
    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"


enum(
    "The fields by which articles can be sorted.",
    "ArticleOrderField",
    PUBLISHED_DATE_TIME="The time of publication.",
    HEAT="The editorial heat score.",
    QUALITY="The editorial quality score.",
    TITLE="The title, first without accents and case, then as written.",
    RELATED_COUNT="The number of articles that the article lists as related.",
    RELEVANCE="The score of `filter.search`, which must be given outside of or and not; the only criterion, with direction DESC.",
    PAGE_RANK="The PageRank of `Article.metrics`: how central the article is in the graph. The only criterion.",
    TRENDING="The score of `Query.trending`, as of now; the pages of one list all have the moment of its first page. The only criterion, with direction DESC.",
    POSITION="The index in the list of related articles. Only `Article.related` can be sorted by it.",
)(OrderField)


class Via(Enum):
    """The kinds of edges that clients know; the origin divides RELATED."""

    RELATED = RELATED_KINDS
    PROVIDER = frozenset({EdgeKind.PROVIDER})
    TOPIC = frozenset({EdgeKind.TOPIC})


enum(
    "The kinds of edges.",
    "EdgeKind",
    RELATED="From an article to a related one: it lists it in its front matter, or links to it.",
    PROVIDER="From an article to its provider.",
    TOPIC="From an article to one of its topics.",
)(Via)


enum(
    "Where the edge between two related articles comes from. An edge that is listed and linked is LISTED.",
    LISTED="The front matter of the article lists the other one as related.",
    LINKED="The body of the article links to the other one. Bodies are read in folders that are read by path, and with --body-links.",
)(EdgeOrigin)

SEARCH = (
    "The article matches this search query, as in `Query.search`: words that must all occur in title, excerpt, body, topics "
    'or provider, "phrases in quotes", beginnings of words with an asterisk (kube*), and exclusions with a minus '
    "(-draft). Everything else is taken literally. At most 1,000 characters."
)

enum(
    "The kinds of nodes that a search finds.",
    "SearchType",
    ARTICLE="Articles, by title, excerpt, body, topics and provider.",
    PROVIDER="Providers, by name, other names, domain and description.",
    TOPIC="Topics, by name, short name, keywords and hashtags.",
)(Kind)

enum(
    "What a link suggestion is about.",
    "LinkSuggestionKind",
    MISSING_RECIPROCAL="An article does not list one that lists it. Only in source folders where most listed articles list back; links in bodies count as a way back.",
    NEAR_DUPLICATE="Two articles have the same title, variants of one address, or nearly the same text.",
    ORPHAN="An article is related to no other one, in either direction.",
)(SuggestionKind)

ORIGIN = "Only edges of this origin; by default of both."


enum(
    "The formats in which a graph can be exported.",
    NODE_LINK_JSON='JSON with the lists `nodes` and `links`, for D3 and networkx: `node_link_graph(data, edges="links")`.',
    CYTOSCAPE_JSON="JSON as Cytoscape and Cytoscape.js read it.",
    GRAPHML="GraphML, an XML format that most graph programs read.",
    GEXF="GEXF, the XML format of Gephi.",
    DOT="The language of Graphviz.",
    MERMAID="A Mermaid flowchart for Markdown documents. Mermaid draws at most 500 edges and 50,000 characters unless it is "
    "configured otherwise; the text of a larger graph ends with a comment that names the settings.",
)(GraphFormat)


@enum(
    "The direction of a sort criterion.",
    ASC="Ascending: smallest, oldest or alphabetically first value first.",
    DESC="Descending: greatest, newest or alphabetically last value first.",
)
class OrderDirection(Enum):
    ASC = "asc"
    DESC = "desc"


@enum(
    "The place of articles without a value in a sorted list.",
    FIRST="Before all other articles.",
    LAST="After all other articles.",
)
class NullsOrder(Enum):
    FIRST = "first"
    LAST = "last"


@strawberry.input(
    description="A sort criterion. Articles that are equal by it are sorted by the next criterion, finally by id."
)
class ArticleOrder:
    field: OrderField = strawberry.field(description="The field to sort by.")
    direction: OrderDirection = strawberry.field(
        description="Whether to sort in ascending or descending order.", default=OrderDirection.DESC
    )
    nulls: NullsOrder = strawberry.field(
        description="Whether articles without a value come first or last.", default=NullsOrder.LAST
    )


@strawberry.input(
    description="Conditions on a text; all given conditions must hold. eq, ne, in and notIn are case-sensitive; "
    "contains, startsWith and endsWith are case-insensitive, and accents count. Canonically equivalent texts, such as "
    "é as one or two code points, are equal. A missing text matches ne, notIn and isNull: true only. A condition that "
    "is null is ignored."
)
class StringFilter:
    eq: str | None = optional("Equal to this text.")
    ne: str | None = optional("Not equal to this text.")
    in_: list[str] | None = optional("Equal to one of these texts; an empty list matches nothing.", "in")
    not_in: list[str] | None = optional("Equal to none of these texts; an empty list matches everything.")
    contains: str | None = optional("Contains this text, case-insensitively.")
    starts_with: str | None = optional("Starts with this text, case-insensitively.")
    ends_with: str | None = optional("Ends with this text, case-insensitively.")
    is_null: bool | None = optional("true matches a missing text, false any text.")


@strawberry.input(
    description="Conditions on an integer; all given conditions must hold. A missing number matches ne and "
    "isNull: true only. A condition that is null is ignored."
)
class IntFilter:
    eq: int | None = optional("Equal to this number.")
    ne: int | None = optional("Not equal to this number.")
    gt: int | None = optional("Greater than this number.")
    gte: int | None = optional("Greater than or equal to this number.")
    lt: int | None = optional("Less than this number.")
    lte: int | None = optional("Less than or equal to this number.")
    is_null: bool | None = optional("true matches a missing number, false any number.")


@strawberry.input(
    description="Conditions on a date and time; all given conditions must hold. A missing date matches isNull: true "
    "only. A condition that is null is ignored."
)
class DateTimeFilter:
    eq: datetime | None = optional("Exactly at this time.")
    gt: datetime | None = optional("After this time.")
    gte: datetime | None = optional("At this time or later.")
    lt: datetime | None = optional("Before this time.")
    lte: datetime | None = optional("At this time or earlier.")
    within: str | None = optional(
        "Between this ISO 8601 duration ago, such as P7D or PT36H, and now. A year counts as 365 days, a month as 30."
    )
    is_null: bool | None = optional("true matches a missing date, false any date.")


@strawberry.input(
    description="Conditions on a boolean; all given conditions must hold. A missing value matches isNull: true only."
)
class BooleanFilter:
    eq: bool | None = optional("Equal to this value.")
    is_null: bool | None = optional("true matches a missing value, false any value.")


@strawberry.input(description="Conditions on a topic; all given conditions must hold.")
class TopicFilter:
    slug: StringFilter | None = nested("The topic's slug.")
    name: StringFilter | None = nested("The topic's name.")


@strawberry.input(description="Conditions on the topics of an article; all given conditions must hold.")
class TopicListFilter:
    some: TopicFilter | None = nested("At least one topic matches.")
    none: TopicFilter | None = nested("No topic matches.")
    every: TopicFilter | None = nested("Every topic matches; also true for an article without topics.")
    all: list[str] | None = optional(
        "The article has all topics with these slugs; an empty list matches every article."
    )
    count: IntFilter | None = nested("The number of topics of the article.")


@strawberry.input(description="Conditions on a provider; all given conditions must hold.")
class ProviderFilter:
    domain: StringFilter | None = nested("The provider's domain, in lower case and in ASCII form.")
    name: StringFilter | None = nested("The provider's name.")


@strawberry.input(
    description="Conditions on an article; all given conditions must hold. An empty filter matches every article. "
    "A condition on a missing value is false, and its negation with `not` is true."
)
class ArticleFilter:
    and_: list[ArticleFilter] | None = nested("All of these filters match; true for an empty list.", "and")
    or_: list[ArticleFilter] | None = nested(
        "At least one of these filters matches; false for an empty list.", "or"
    )
    not_: ArticleFilter | None = nested("This filter does not match.", "not")
    title: StringFilter | None = nested("The title.")
    slug: StringFilter | None = nested("The slug.")
    category: StringFilter | None = nested("The category.")
    type: StringFilter | None = nested('The type, such as "article" or "video".')
    url: StringFilter | None = nested("The canonical URL, as returned by `Article.url`.")
    published_date_time: DateTimeFilter | None = nested("The time of publication.")
    quality: IntFilter | None = nested("The editorial quality score.")
    heat: IntFilter | None = nested("The editorial heat score.")
    published: BooleanFilter | None = nested("The document's `published` flag.")
    is_stub: BooleanFilter | None = nested(
        "Whether the article is a stub, only known from other articles' lists of related articles."
    )
    provider: ProviderFilter | None = nested("The article has a provider that matches.")
    topics: TopicListFilter | None = nested("The topics of the article.")
    related: ArticleFilter | None = nested(
        "At least one article that this one lists as related matches. Can be nested twice at most."
    )
    related_count: IntFilter | None = nested("The number of articles that this one lists as related.")
    has_image: bool | None = optional("Whether the article has at least one image.")
    search: str | None = optional(SEARCH)


@strawberry.schema_directive(
    locations=[Location.INPUT_OBJECT], name="oneOf", description=GraphQLOneOfDirective.description
)
class OneOf(schema_directives.OneOf):
    """Strawberry's directive of this name, with a description."""


@strawberry.input(directives=[OneOf()], description="Identifies an article by exactly one of these fields.")
class ArticleBy:
    id: strawberry.ID | None = optional("The id, such as article:4q2m5r3vdkd7cfwe.")
    slug: str | None = optional(
        "The slug. If several articles share it, the newest one is returned, and of equally new ones the one with the smallest id."
    )
    url: URL | None = optional(
        "Any of the URLs of the article; it is normalized before the look-up. In folders that are read by path, these include"
        " the addresses that the document declares, such as permalinks and aliases."
    )
    path: str | None = optional(
        "The path of the article's file relative to the source folder, separated by slashes. In folders that are read by path,"
        " also the path of its page, or one that it declares, such as /about/, with or without slashes at its ends. If several"
        " articles declare it, the newest one is returned."
    )


@strawberry.input(directives=[OneOf()], description="Identifies a provider by exactly one of these fields.")
class ProviderBy:
    id: strawberry.ID | None = optional("The id, such as provider:venturebeat.com.")
    domain: str | None = optional("The domain, in any of its forms.")


@strawberry.input(directives=[OneOf()], description="Identifies a topic by exactly one of these fields.")
class TopicBy:
    id: strawberry.ID | None = optional("The id, such as topic:machine-learning.")
    slug: str | None = optional("The slug.")
    name: str | None = optional("The name or another spelling of it, case-insensitively; accents count.")


@strawberry.input(description="Options of a path search.")
class PathOptions:
    via: list[Via] | None = strawberry.field(
        description="The kinds of edges to follow. An empty list means RELATED. With TOPIC or PROVIDER most articles are two steps from each other.",
        default_factory=lambda: [Via.RELATED],
        directives=costs(1),
    )
    origin: EdgeOrigin | None = optional(f"{ORIGIN} Edges of other kinds than RELATED have none.")
    direction: EdgeDirection | None = strawberry.field(
        description="Whether to follow edges forwards (OUT), backwards (IN) or both ways.",
        default=EdgeDirection.BOTH,
        directives=costs(1),
    )
    max_depth: int | None = strawberry.field(
        description="The maximum number of steps, 1 to 6.", default=6, directives=costs(1)
    )
    limit: int | None = strawberry.field(
        description="The maximum number of paths, 1 to 100.", default=5, directives=costs(1)
    )
    avoid: list[strawberry.ID] | None = optional(
        "The ids of up to 100 nodes that paths must not pass through. The ends of the path are always allowed."
    )
    filter: ArticleFilter | None = nested(
        "Paths pass only through articles that match this filter. Topics, providers and the ends of the path are "
        "always allowed."
    )
