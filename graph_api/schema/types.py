"""The types of the schema. Their descriptions are written for client developers.

Resolvers return records of `graph_api.records`; these classes are never instantiated. One module holds
all types because they refer to each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph_api import records
from graph_api.execution.fields import ListSize
from graph_api.recommendation import ReasonKind
from graph_api.records import Detail, EdgeOrigin, Severity
from graph_api.schema import arguments, federation, resolvers
from graph_api.schema.fields import batched, plain
from graph_api.schema.inputs import Via
from graph_api.schema.paging import DEFAULT_PAGE, MAX_PAGE
from graph_api.schema.scalars import JSON, URL
from graph_api.search import Kind
from graph_api.store.columns import FacetField
from graph_api.store.link_suggestions import SuggestionKind

PAGE = ListSize(
    DEFAULT_PAGE, slicing=frozenset({"first", "last"}), sized=frozenset({"edges", "nodes"}), most=MAX_PAGE
)
NEIGHBORHOOD = ListSize(
    100,
    slicing=frozenset({"limit"}),
    sized=frozenset({"nodes", "links", "hops"}),
    scaled=frozenset({"export"}),
    weight=1,
    most=arguments.MAX_NEIGHBORHOOD,
)
SUBGRAPH = replace(NEIGHBORHOOD, assumed=500, most=arguments.MAX_SUBGRAPH)
PATHS = ListSize(
    5,
    slicing=frozenset({"options.limit"}),
    sized=frozenset({"paths"}),
    weight=100,
    most=arguments.MAX_PATHS,
)
FACETS = ListSize(
    10,
    slicing=frozenset({"size"}),
    sized=frozenset({"buckets"}),
    weight=len(FacetField),
    most=arguments.MAX_BUCKETS,
)
BUCKETS = ListSize(10, slicing=frozenset({"first"}), most=arguments.MAX_BUCKETS)
RECOMMENDATIONS = ListSize(10, slicing=frozenset({"first"}), weight=5, most=arguments.MAX_RECOMMENDATIONS)
EXPORTED = ListSize(5)
ENTITIES = ListSize(1, counted=frozenset({"representations"}))


CURSOR = "The cursor of this item, for use with `after` and `before`."


def _is(record: type) -> Any:  # Any: Strawberry takes the attribute as it finds it
    """An `is_type_of` that compares the class of the record."""

    def is_of(value: object, _info: object) -> bool:
        return isinstance(value, record)

    return staticmethod(is_of)


@strawberry.interface(description="An object with an id: an article, a provider, a topic or a story.")
class Node:
    id: strawberry.ID = plain(
        "The id, for use with `node` and `nodes`. It is made from the URL, domain or slug and does not change when the content is updated."
    )


@strawberry.type(description="An image of an article, provider or topic.")
class Image:
    url: URL = plain("The URL of the image file.")
    width: int | None = plain("The width in pixels.")
    height: int | None = plain("The height in pixels.")
    title: str | None = plain("The caption.")
    is_cached: bool | None = plain(
        "Whether the publisher stores a copy of the image, as stated in the document."
    )


@strawberry.type(
    description="An encrypted payload, returned exactly as the document has it. The server cannot decrypt it."
)
class Secured:
    ciphertext: str = batched(resolvers.articles.ciphertext, long=True)
    iv: str = batched(resolvers.articles.iv, long=True)


@strawberry.type(description="A file that an article was read from.")
class SourceFile:
    path: str = plain("The path relative to the source folder, separated by slashes.")
    sha256: str = plain("The SHA-256 of the file's text with LF line ends, in hexadecimal.")


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = plain("Whether there are items after this page.")
    has_previous_page: bool = plain("Whether there are items before this page.")
    start_cursor: str | None = plain("The cursor of the first item; null when the page is empty.")
    end_cursor: str | None = plain("The cursor of the last item; null when the page is empty.")


@strawberry.type(
    description="An article: a document of the source folder, or a stub (`isStub`) that is only known from other articles' lists of related articles."
)
class Article(Node):
    is_type_of = _is(records.Article)

    slug: str = plain(
        "A short name for use in URLs, made from the file name, or from the title of a stub. Not unique."
    )
    title: str = plain("The title.")
    excerpt: str | None = batched(resolvers.articles.excerpt, arguments.excerpt, own=True)
    body: str | None = batched(
        resolvers.articles.body,
        arguments.body,
        slow=True,
        long=True,
        sizes=resolvers.articles.detail_sizes(Detail.BODY),
    )
    category: str | None = plain('The category, such as "news".')
    type: str = plain('The type, such as "article" or "video".')
    published_date_time: datetime | None = plain("The time of publication.")
    original_url: URL | None = plain("The URL where the article first appeared, as written in the document.")
    web_url: URL | None = plain("The URL where the article can be read, as written in the document.")
    amp_web_url: URL | None = plain("The URL of its AMP page.")
    cdn_amp_web_url: URL | None = plain("The URL of its AMP page on a content delivery network.")
    url: URL = plain("The canonical URL: normalized, without tracking parameters. The id is made from it.")
    quality: int | None = plain(
        "An editorial score of the article's quality, 0 or more; null when the document has none."
    )
    heat: int | None = plain(
        "An editorial score of the interest in the article and its story; -1 for articles of a story that another article leads. Null when the document has none."
    )
    published: bool | None = plain(
        "The document's `published` flag; null when it has none. An editorial status: unpublished articles are returned too, unless the server or the API key restricts access to published content."
    )
    is_stub: bool = plain(
        "Whether the article has no document of its own and is only known from other articles' lists of related articles."
    )
    featured_content: str | None = batched(
        resolvers.articles.featured_content,
        long=True,
        sizes=resolvers.articles.detail_sizes(Detail.FEATURED_CONTENT),
    )
    secured: Secured | None = batched(resolvers.articles.secured)
    extra: JSON | None = batched(
        resolvers.articles.extra, long=True, sizes=resolvers.articles.detail_sizes(Detail.EXTRA)
    )
    provider: Provider | None = batched(resolvers.articles.provider, own=True)
    topics: list[Topic] = batched(resolvers.articles.topics, size=ListSize(3), own=True)
    images: list[Image] = batched(resolvers.articles.images, size=ListSize(2), own=True)
    related: RelatedConnection = batched(resolvers.articles.related, arguments.related, size=PAGE)
    neighborhood: Subgraph = batched(
        resolvers.traversal.neighborhood, arguments.neighborhood, size=NEIGHBORHOOD
    )
    recommendations: list[Recommendation] = batched(
        resolvers.recommendations.recommendations, arguments.recommendations, size=RECOMMENDATIONS
    )
    story: Story | None = batched(resolvers.stories.main_story)
    stories: list[Story] = batched(resolvers.stories.all_stories, size=ListSize(1))
    metrics: NodeMetrics = batched(resolvers.metrics.metrics)
    sources: list[SourceFile] = batched(resolvers.articles.sources, size=ListSize(1))


@strawberry.type(description="A publisher of articles, identified by its domain.")
class Provider(Node):
    is_type_of = _is(records.Provider)

    domain: str = plain(
        "The domain, in lower case and in ASCII form: `xn--mller-kva.example`, not `müller.example`."
    )
    name: str = plain("The name.")
    other_names: list[str] = plain("Other names and spellings that articles use for it.")
    description: str | None = plain("A description of the publisher.")
    images: list[Image] = plain("Logos.", size=ListSize(2))
    extra: JSON | None = batched(resolvers.nodes.extra, long=True)
    articles: ArticleConnection = batched(resolvers.taxonomy.provider_articles, arguments.articles, size=PAGE)
    top_topics: list[FacetBucket] = batched(resolvers.metrics.top_topics, arguments.first_ten, size=BUCKETS)


@strawberry.type(
    description="A subject of articles, identified by its slug. Topics can form a tree (`parent`, `children`)."
)
class Topic(Node):
    is_type_of = _is(records.Topic)

    slug: str = plain(
        "A short, unique name for use in URLs: the `_id` of the taxonomy, else the name in lower case, with `+` as plus, `#` as sharp, a dot before a word as dot (`.NET` is `dotnet`) and symbols by code point (`❤️` is `u2764`). Other punctuation separates words, so `A/B` and `A B` are one topic."
    )
    name: str = plain("The name.")
    shortname: str | None = plain("A short form of the name.")
    keywords: list[str] = plain("Keywords that stand for the topic.")
    hashtags: list[str] = plain("Hashtags that stand for the topic.")
    images: list[Image] = plain("Images.", size=ListSize(3))
    extra: JSON | None = batched(resolvers.nodes.extra, long=True)
    parent: Topic | None = batched(resolvers.taxonomy.parent, own=True)
    children: list[Topic] = batched(resolvers.taxonomy.children, size=ListSize(10))
    articles: ArticleConnection = batched(
        resolvers.taxonomy.topic_articles, arguments.topic_articles, size=PAGE
    )
    cooccurring: list[TopicCooccurrence] = batched(
        resolvers.metrics.cooccurring, arguments.first_ten, size=BUCKETS
    )


@strawberry.type(description="A topic that occurs together with another one.")
class TopicCooccurrence:
    topic: Topic = plain("The other topic.")
    count: int = plain("The number of articles that have both topics.")
    jaccard: float = plain(
        "The Jaccard index, 0 to 1: the articles that have both topics divided by those that have at least one."
    )


@strawberry.type(description="The articles of a list that have one value of the field of a facet.")
class FacetBucket:
    key: str = plain(
        "The value, for use in filters: the slug of a topic, the domain of a provider, a month such as 2023-03, else the value itself."
    )
    label: str = plain("The value, for people: the name of a topic or provider, a month such as March 2023.")
    count: int = plain("The number of articles in the list that have this value.")
    node: Node | None = plain("The topic or provider; null for other fields.")


@strawberry.type(description="The articles of a list, grouped by the values of one field.")
class Facet:
    field: FacetField = plain("The field.")
    buckets: list[FacetBucket] = plain(
        "The most frequent values, the most frequent first; equally frequent ones are sorted by key."
    )
    other_count: int = plain("The sum of the counts of all further buckets.")
    missing_count: int = plain("The number of articles that have no value of this field.")


@strawberry.type(description="Statistics of a list of articles.")
class ArticleStats:
    count: int = plain("The number of articles.")
    min_published: datetime | None = plain("The earliest time of publication; null when no article has one.")
    max_published: datetime | None = plain("The latest time of publication; null when no article has one.")
    avg_quality: float | None = plain(
        "The average quality of the articles that have one; null when none has."
    )
    avg_heat: float | None = plain("The average heat of the articles that have one; null when none has.")


@strawberry.type(description="An article in a page, with its cursor.")
class ArticleEdge:
    cursor: str = plain(CURSOR)
    node: Article = batched(resolvers.connections.article)


@strawberry.type(description="A page of a list of articles.")
class ArticleConnection:
    edges: list[ArticleEdge] = batched(resolvers.connections.edges)
    nodes: list[Article] = batched(resolvers.connections.articles)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)
    facets: list[Facet] = batched(resolvers.facets.facets, arguments.facets, size=FACETS)
    stats: ArticleStats = batched(resolvers.facets.stats)


@strawberry.type(description="A related article in a page, with its cursor and the properties of the edge.")
class RelatedEdge:
    cursor: str = plain(CURSOR)
    node: Article = batched(resolvers.connections.article)
    position: int | None = plain(
        "The index in this article's list of related articles, from 0; null when only the other article lists this one."
    )
    reciprocal: bool = batched(resolvers.connections.reciprocal)
    origin: EdgeOrigin = batched(resolvers.connections.origin)


@strawberry.type(description="A page of a list of related articles.")
class RelatedConnection:
    edges: list[RelatedEdge] = batched(resolvers.connections.edges)
    nodes: list[Article] = batched(resolvers.connections.articles)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)
    facets: list[Facet] = batched(resolvers.facets.facets, arguments.facets, size=FACETS)
    stats: ArticleStats = batched(resolvers.facets.stats)


@strawberry.type(description="A provider in a page, with its cursor.")
class ProviderEdge:
    cursor: str = plain(CURSOR)
    node: Provider = batched(resolvers.connections.provider)


@strawberry.type(description="A page of a list of providers.")
class ProviderConnection:
    edges: list[ProviderEdge] = batched(resolvers.connections.edges)
    nodes: list[Provider] = batched(resolvers.connections.providers)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="A topic in a page, with its cursor.")
class TopicEdge:
    cursor: str = plain(CURSOR)
    node: Topic = batched(resolvers.connections.topic)


@strawberry.type(description="A page of a list of topics.")
class TopicConnection:
    edges: list[TopicEdge] = batched(resolvers.connections.edges)
    nodes: list[Topic] = batched(resolvers.connections.topics)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="An edge between two nodes of the same result.")
class Link:
    from_: Node = batched(resolvers.traversal.link_source, name="from")
    to: Node = batched(resolvers.traversal.link_target)
    kind: Via = batched(resolvers.traversal.link_kind)
    origin: EdgeOrigin | None = batched(resolvers.traversal.link_origin)
    position: int | None = plain(
        "The index in the list of related articles, from 0; null for other kinds of edges."
    )
    reciprocal: bool = plain(
        "Whether there is a related edge each way, whatever their origins; false for other kinds of edges."
    )


@strawberry.type(description="The articles at one distance from the start of a neighborhood.")
class Hop:
    depth: int = plain("The distance from the start: the number of edges on a shortest path.")
    articles: list[Article] = batched(resolvers.traversal.hop_articles, size=ListSize(1))


@strawberry.type(description="A part of the graph: nodes and the links between them.")
class Subgraph:
    nodes: list[Node] = batched(resolvers.traversal.nodes)
    links: list[Link] = batched(resolvers.traversal.links, size=ListSize(4))
    hops: list[Hop] = plain("The articles grouped by distance; the first group, at distance 0, is the start.")
    node_count: int = plain("The number of nodes.")
    link_count: int = batched(resolvers.traversal.link_count)
    truncated: bool = batched(resolvers.traversal.truncated)
    export: str = batched(
        resolvers.exports.exported,
        arguments.export,
        size=EXPORTED,
        cost=EXPORTED.assumed * NEIGHBORHOOD.assumed,
        long=True,
    )


@strawberry.type(description="A path from one node to another.")
class Path:
    nodes: list[Node] = batched(resolvers.paths.path_nodes, size=ListSize(4))
    links: list[Link] = plain(
        "The links along the path, one for each step. A link may point against the direction of the path.",
        size=ListSize(3),
    )
    length: int = plain("The number of steps.")
    explanation: str = batched(resolvers.paths.explanation, long=True)


@strawberry.type(description="The result of a path search.")
class PathResult:
    found: bool = plain("Whether at least one path was found.")
    distance: int | None = plain("The number of steps of the shortest path; null when none was found.")
    paths: list[Path] = plain("The paths, shortest first.")
    truncated: bool = plain(
        "Whether paths may be missing because a limit was reached: options.limit, or the maximum work of one search."
    )


@strawberry.type(
    description="What two articles have in common. Neighbors are related articles in either direction."
)
class CommonNeighbors:
    articles: list[Article] = batched(resolvers.paths.common_articles, size=ListSize(20))
    topics: list[Topic] = batched(resolvers.paths.common_topics, size=ListSize(3))
    same_provider: bool = plain("Whether both articles have the same provider.")
    jaccard: float = plain(
        "The Jaccard index of the two sets of neighbors, 0 to 1: shared neighbors divided by all neighbors of either article (Liben-Nowell and Kleinberg, 2007)."
    )
    adamic_adar: float = plain(
        "The Adamic-Adar index, 0 or more: the sum of 1 / ln(number of neighbors) over the shared neighbors, so that rare ones weigh more (Adamic and Adar, 2003)."
    )


@strawberry.type(description="A problem found in a document while it was read.")
class Problem:
    code: str = plain("A stable code: E and three digits for errors, W and three digits for warnings.")
    severity: Severity = plain("Whether the document was rejected (ERROR) or accepted (WARNING).")
    message: str = plain("A description of the problem.")
    hint: str | None = plain("A suggestion how to solve the problem.")
    path: str = plain("The path of the file relative to the source folder, separated by slashes.")
    line: int | None = plain("The line, from 1; null when the problem concerns no particular line.")
    column: int | None = plain("The column, from 1; null when the problem concerns no particular column.")
    article: Article | None = batched(resolvers.nodes.problem_article)


@strawberry.type(description="A problem in a page, with its cursor.")
class ProblemEdge:
    cursor: str = plain(CURSOR)
    node: Problem = batched(resolvers.connections.problem)


@strawberry.type(description="A page of a list of problems.")
class ProblemConnection:
    edges: list[ProblemEdge] = batched(resolvers.connections.edges)
    nodes: list[Problem] = batched(resolvers.connections.problems)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="The numbers of files in the source folders, by what they became.")
class FileCounts:
    articles: int = plain("Files that describe an article.")
    taxonomy: int = plain("Files that describe a topic or a provider.")
    rejected: int = plain("Files with an error. Callers who see only published content do not see them.")
    left_out: int = plain(
        "Files that are no documents and no errors: empty files, parts of pages, configuration."
    )


@strawberry.type(description="Counts of what the graph contains, and the problems found in the documents.")
class ContentReport:
    revision: str = plain("The revision of the content, a hash: equal content has an equal revision.")
    generated_at: datetime = plain("The time at which this revision was first stored.")
    articles: int = plain("The number of articles, stubs included.")
    stubs: int = plain("The number of stubs.")
    related: int = batched(resolvers.nodes.related_count, arguments.origin)
    links_found: int = plain(
        "The number of links in the bodies of articles to pages of their own site; 0 where bodies are not read for links."
    )
    links_resolved: int = plain("How many of these links lead to an article.")
    files: FileCounts = batched(resolvers.nodes.file_counts)
    problems: ProblemConnection = batched(resolvers.nodes.problems, arguments.problems, size=PAGE)
    link_suggestions: LinkSuggestionConnection = batched(
        resolvers.suggestions.link_suggestions_of, arguments.link_suggestions, size=PAGE
    )


@strawberry.type(
    description="Something that an editor may want to change: about an article and up to three other ones."
)
class LinkSuggestion:
    kind: SuggestionKind = plain("What it is about.")
    article: Article = batched(resolvers.suggestions.article)
    others: list[Article] = batched(
        resolvers.suggestions.others, size=ListSize(resolvers.suggestions.MOST_LIKELY)
    )
    reason: str = batched(resolvers.suggestions.reason)
    score: float = batched(resolvers.suggestions.score)


@strawberry.type(description="A link suggestion in a page, with its cursor.")
class LinkSuggestionEdge:
    cursor: str = plain(CURSOR)
    node: LinkSuggestion = batched(resolvers.suggestions.edge_node)


@strawberry.type(description="A page of a list of link suggestions.")
class LinkSuggestionConnection:
    edges: list[LinkSuggestionEdge] = batched(resolvers.connections.edges)
    nodes: list[LinkSuggestion] = batched(resolvers.suggestions.page_nodes)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="The cost of an operation, estimated before it runs.")
class Cost:
    requested: int = plain(
        "The estimated cost: about the number of objects in the response. Page sizes multiply."
    )
    limit: int = plain("The maximum cost; operations above it are refused.")


SearchResult = Annotated[
    Article | Provider | Topic,
    strawberry.union("SearchResult", description="What a search finds: an article, a provider or a topic."),
]


@strawberry.type(
    description="A group of articles that are related to each other, led by one of them. It keeps its id while it has the same lead."
)
class Story(Node):
    is_type_of = _is(resolvers.nodes.Story)

    lead: Article = batched(resolvers.stories.lead)
    label: str = batched(resolvers.stories.label, cost=10)
    size: int = plain("The number of articles.")
    density: float = plain(
        "The part of all pairs of its articles that are related, 0 to 1; 1 when each is related to each."
    )
    first_seen: datetime | None = batched(resolvers.stories.first_seen)
    last_seen: datetime | None = batched(resolvers.stories.last_seen)
    articles: ArticleConnection = batched(resolvers.stories.articles, arguments.articles, size=PAGE)
    providers: list[FacetBucket] = batched(resolvers.stories.providers, arguments.first_ten, size=BUCKETS)
    topics: list[FacetBucket] = batched(
        resolvers.stories.topics, arguments.first_five, size=replace(BUCKETS, assumed=5)
    )
    timeline: list[TimelineBucket] = batched(
        resolvers.stories.timeline, arguments.timeline, size=ListSize(10)
    )


@strawberry.type(description="The articles of a story that were published in one period.")
class TimelineBucket:
    start: datetime = plain("The start of the period.")
    count: int = plain("The number of articles.")


@strawberry.type(description="A story in a page, with its cursor.")
class StoryEdge:
    cursor: str = plain(CURSOR)
    node: Story = batched(resolvers.stories.edge_node)


@strawberry.type(description="A page of a list of stories.")
class StoryConnection:
    edges: list[StoryEdge] = batched(resolvers.connections.edges)
    nodes: list[Story] = batched(resolvers.stories.page_nodes)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(
    description="Metrics of an article in the graph of related articles, whatever the origin of edges."
)
class NodeMetrics:
    in_degree: int = plain("The number of articles that name this one as related.")
    out_degree: int = plain("The number of articles that this one names as related.")
    page_rank: float = plain(
        "PageRank with a damping factor of 0.85 (Brin and Page, 1998): the ranks of all articles sum to 1."
    )
    clustering: float = plain(
        "The local clustering coefficient, 0 to 1: the part of all pairs of its neighbors that are related to each other (Watts and Strogatz, 1998)."
    )


@strawberry.type(description="An article in a page of trending articles, with its cursor and score.")
class TrendingEdge:
    cursor: str = plain(CURSOR)
    node: Article = batched(resolvers.connections.article)
    score: float = batched(resolvers.metrics.score)
    age_hours: float | None = batched(resolvers.metrics.hours)


@strawberry.type(description="A page of trending articles.")
class TrendingConnection:
    edges: list[TrendingEdge] = batched(resolvers.connections.edges)
    nodes: list[Article] = batched(resolvers.connections.articles)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)
    as_of: datetime = batched(resolvers.metrics.as_of)


@strawberry.type(description="A recommended article.")
class Recommendation:
    article: Article = batched(resolvers.recommendations.article)
    score: float = plain("The score, more than 0. Scores of different recommendations cannot be compared.")
    rank: int = plain("The place in the list of recommendations, from 1.")
    reasons: list[Reason] = batched(resolvers.recommendations.reasons, size=ListSize(4))


@strawberry.type(description="A reason for a recommendation.")
class Reason:
    kind: ReasonKind = plain("What kind of reason it is.")
    contribution: float = plain(
        "The part of the score that it contributes; 0 for what did not count. Negative where `unlike` weighs more."
    )
    text: str = plain("The reason as a short sentence.")
    evidence: list[Node] = plain("Nodes that show it, at most three.", size=ListSize(2))


@strawberry.type(description="A part of a text, counted in Unicode code points.")
class TextRange:
    start: int = plain("The index of the first code point, from 0.")
    end: int = plain("The index after the last code point.")


@strawberry.type(
    description="A text of a search result in which words of the query occur. It is plain text, not HTML."
)
class Highlight:
    field: str = plain(
        "Where the text comes from: title, excerpt, body, topics or provider of an article; name, description or otherNames of a provider; name, shortname or keywords of a topic. Lists have one item a line."
    )
    text: str = plain("The text; of a body a passage, with an ellipsis where it was cut.")
    ranges: list[TextRange] = plain(
        "The parts of the text that the query asked for, in order and without overlaps.", size=ListSize(4)
    )


@strawberry.type(description="A search result in a page, with its cursor, score and highlights.")
class SearchEdge:
    cursor: str = plain(CURSOR)
    node: SearchResult = batched(resolvers.search.node)
    score: float = batched(resolvers.search.score)
    highlights: list[Highlight] = batched(resolvers.search.highlights, size=ListSize(2))


@strawberry.type(description="A page of search results.")
class SearchConnection:
    edges: list[SearchEdge] = batched(resolvers.connections.edges)
    nodes: list[SearchResult] = batched(resolvers.search.nodes)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)
    facets: list[Facet] = batched(resolvers.facets.facets, arguments.facets, size=FACETS)
    did_you_mean: list[str] = batched(resolvers.search.did_you_mean, cost=10)


@strawberry.type(description="A node whose title or name completes what has been typed.")
class Suggestion:
    text: str = plain("The title or name.")
    type: Kind = plain("The kind of the node.")
    node: Node = batched(resolvers.search.node)


SUGGESTIONS = ListSize(8, slicing=frozenset({"first"}), most=arguments.MAX_SUGGESTIONS)

Entity = Annotated[
    Article | Provider | Topic | Story,
    strawberry.union("_Entity", description="A type that other subgraphs can refer to by a key."),
]


@strawberry.type(name="_Service", description="The description of this API as a federation subgraph.")
class Service:
    sdl: str = plain("The schema of the subgraph in SDL, with federation directives.")


@strawberry.type(description="The entry points of all queries.")
class Query:
    node: Node | None = batched(resolvers.nodes.node, arguments.node)
    nodes: list[Node | None] = batched(
        resolvers.nodes.nodes, arguments.nodes, size=ListSize(1, counted=frozenset({"ids"}))
    )
    article: Article | None = batched(resolvers.articles.article, arguments.article)
    articles: ArticleConnection = batched(resolvers.articles.articles, arguments.articles, size=PAGE)
    provider: Provider | None = batched(resolvers.taxonomy.provider, arguments.provider)
    providers: ProviderConnection = batched(resolvers.taxonomy.providers, arguments.providers, size=PAGE)
    topic: Topic | None = batched(resolvers.taxonomy.topic, arguments.topic)
    topics: TopicConnection = batched(resolvers.taxonomy.topics, arguments.topics, size=PAGE)
    story: Story | None = batched(resolvers.stories.story, arguments.story)
    stories: StoryConnection = batched(resolvers.stories.stories, arguments.stories, size=PAGE)
    recommend: list[Recommendation] = batched(
        resolvers.recommendations.recommend, arguments.recommend, size=RECOMMENDATIONS
    )
    trending: TrendingConnection = batched(resolvers.metrics.trending, arguments.trending, size=PAGE)
    search: SearchConnection = batched(resolvers.search.search, arguments.search, size=PAGE)
    suggest: list[Suggestion] = batched(resolvers.search.suggest, arguments.suggest, size=SUGGESTIONS)
    shortest_path: PathResult = batched(resolvers.paths.shortest_path, arguments.paths, size=PATHS)
    all_paths: PathResult = batched(resolvers.paths.all_paths, arguments.paths, size=PATHS)
    common_neighbors: CommonNeighbors | None = batched(resolvers.paths.common_neighbors, arguments.pair)
    subgraph: Subgraph = batched(resolvers.traversal.subgraph, arguments.subgraph, size=SUBGRAPH)
    content_report: ContentReport = batched(resolvers.nodes.content_report)
    revision: str = batched(resolvers.nodes.revision)
    cost: Cost = plain("The cost of this operation.")
    represented: list[Entity | None] = batched(
        federation.entities, federation.representations, name="_entities", size=ENTITIES
    )
    service: Service = batched(federation.service, name="_service")
