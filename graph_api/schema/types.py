"""The types of the contract. Their descriptions are written for clients.

Resolvers return records of `graph_api.records`; these classes are never instantiated. All types stand in
one module because they refer to each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph_api import records
from graph_api.execution.fields import ListSize
from graph_api.records import Detail, EdgeKind, Severity
from graph_api.schema import arguments, entities, exporting, resolvers
from graph_api.schema.fields import batched, plain
from graph_api.schema.paging import DEFAULT_PAGE, MAX_PAGE
from graph_api.schema.scalars import JSON, URL

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
EXPORTED = ListSize(5)
ENTITIES = ListSize(1, counted=frozenset({"representations"}))


def _is(record: type) -> Any:  # Any: Strawberry takes the attribute as it finds it
    """How an object is told to be of a type: by the class of its record."""

    def is_of(value: object, _info: object) -> bool:
        return isinstance(value, record)

    return staticmethod(is_of)


@strawberry.interface(description="Anything that has an id: an article, a provider or a topic.")
class Node:
    id: strawberry.ID = plain(
        "The id, good for `node` and `nodes`; it stays the same as long as the thing does."
    )


@strawberry.type(description="A picture.")
class Image:
    url: URL = plain("Where the picture is.")
    width: int | None = plain("Width in pixels.")
    height: int | None = plain("Height in pixels.")
    title: str | None = plain("Its caption.")
    is_cached: bool | None = plain("Whether the source says that it keeps a copy of the picture.")


@strawberry.type(description="An opaque encrypted payload. The server neither decrypts nor reads it.")
class Secured:
    ciphertext: str = batched(resolvers.articles.ciphertext, long=True)
    iv: str = batched(resolvers.articles.iv, long=True)


@strawberry.type(description="A file that describes an article.")
class SourceFile:
    path: str = plain("Its path relative to the source folder, with slashes.")
    sha256: str = plain("The SHA-256 of its bytes, in hexadecimal.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = plain("Whether the list goes on after this page.")
    has_previous_page: bool = plain("Whether the list has items before this page.")
    start_cursor: str | None = plain("The cursor of the first item, null on an empty page.")
    end_cursor: str | None = plain("The cursor of the last item, null on an empty page.")


@strawberry.type(
    description="An article: a document of the folder, or a stub known from lists of related articles."
)
class Article(Node):
    is_type_of = _is(records.Article)

    slug: str = plain("A short name for URLs, from the file's name, for a stub from the title. Not unique.")
    title: str = plain("The title.")
    excerpt: str | None = batched(
        resolvers.articles.excerpt, arguments.excerpt, own=True, looks_at={"excerpt"}
    )
    body: str | None = batched(
        resolvers.articles.body,
        arguments.body,
        slow=True,
        long=True,
        sizes=resolvers.articles.detail_sizes(Detail.BODY),
    )
    category: str | None = plain("The category, such as news.")
    type: str = plain("The type, such as article or video.")
    published_date_time: datetime | None = plain("When it was published.")
    original_url: URL | None = plain("Where it first appeared, as the document has it.")
    web_url: URL | None = plain("Where it can be read, as the document has it.")
    amp_web_url: URL | None = plain("Its AMP page.")
    cdn_amp_web_url: URL | None = plain("Its AMP page on a content delivery network.")
    url: URL = plain("Its canonical URL, from which the id is made.")
    quality: int | None = plain(
        "An editorial score of the article, 0 or more; null where the document has none."
    )
    heat: int | None = plain(
        "An editorial score that also counts related articles; -1 for members of a story that do not lead it."
    )
    published: bool | None = plain(
        "Whether the document says published; unpublished articles are visible too."
    )
    is_stub: bool = plain("Whether the article is known only from lists of related articles.")
    featured_content: str | None = batched(
        resolvers.articles.featured_content,
        long=True,
        sizes=resolvers.articles.detail_sizes(Detail.FEATURED_CONTENT),
    )
    secured: Secured | None = batched(resolvers.articles.secured)
    extra: JSON | None = batched(
        resolvers.articles.extra, long=True, sizes=resolvers.articles.detail_sizes(Detail.EXTRA)
    )
    provider: Provider | None = batched(resolvers.articles.provider, own=True, looks_at={"provider_key"})
    topics: list[Topic] = batched(resolvers.articles.topics, size=ListSize(3), own=True)
    images: list[Image] = batched(resolvers.articles.images, size=ListSize(2), own=True)
    related: RelatedConnection = batched(resolvers.articles.related, arguments.related, size=PAGE)
    neighborhood: Subgraph = batched(
        resolvers.traversal.neighborhood, arguments.neighborhood, size=NEIGHBORHOOD
    )
    sources: list[SourceFile] = batched(resolvers.articles.sources, size=ListSize(1))


@strawberry.type(description="A publisher of articles, known by its domain.")
class Provider(Node):
    is_type_of = _is(records.Provider)

    domain: str = plain("Its domain, in lower case.")
    name: str = plain("Its name.")
    other_names: list[str] = plain("Other spellings of its name that occur.")
    description: str | None = plain("What it is.")
    images: list[Image] = plain("Its logos.", size=ListSize(2))
    extra: JSON | None = batched(resolvers.nodes.extra, long=True, looks_at={"extra"})
    articles: ArticleConnection = batched(resolvers.providers.articles, arguments.articles, size=PAGE)


@strawberry.type(description="A subject of articles, known by its slug; topics may form a tree.")
class Topic(Node):
    is_type_of = _is(records.Topic)

    slug: str = plain("A short name for URLs; unique.")
    name: str = plain("Its name.")
    shortname: str | None = plain("A shorter name.")
    keywords: list[str] = plain("Words that point to it.")
    hashtags: list[str] = plain("Hashtags that point to it.")
    images: list[Image] = plain("Pictures for it.", size=ListSize(3))
    extra: JSON | None = batched(resolvers.nodes.extra, long=True, looks_at={"extra"})
    parent: Topic | None = batched(resolvers.topics.parent, own=True, looks_at={"parent_key"})
    children: list[Topic] = batched(resolvers.topics.children, size=ListSize(10))
    articles: ArticleConnection = batched(resolvers.topics.articles, arguments.topic_articles, size=PAGE)


@strawberry.type(description="An article in a list.")
class ArticleEdge:
    cursor: str = plain("Its place in the list, good for `after` and `before`.")
    node: Article = batched(resolvers.connections.article)


@strawberry.type(description="A page of articles.")
class ArticleConnection:
    edges: list[ArticleEdge] = batched(resolvers.connections.edges)
    nodes: list[Article] = batched(resolvers.connections.articles)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="A related article in a list.")
class RelatedEdge:
    cursor: str = plain("Its place in the list, good for `after` and `before`.")
    node: Article = batched(resolvers.connections.article)
    position: int | None = plain(
        "Its place in the document's list of related articles, from 0; null when only the other article lists this one."
    )
    reciprocal: bool = batched(resolvers.connections.reciprocal)


@strawberry.type(description="A page of related articles.")
class RelatedConnection:
    edges: list[RelatedEdge] = batched(resolvers.connections.edges)
    nodes: list[Article] = batched(resolvers.connections.articles)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="A provider in a list.")
class ProviderEdge:
    cursor: str = plain("Its place in the list, good for `after` and `before`.")
    node: Provider = batched(resolvers.connections.provider)


@strawberry.type(description="A page of providers.")
class ProviderConnection:
    edges: list[ProviderEdge] = batched(resolvers.connections.edges)
    nodes: list[Provider] = batched(resolvers.connections.providers)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="A topic in a list.")
class TopicEdge:
    cursor: str = plain("Its place in the list, good for `after` and `before`.")
    node: Topic = batched(resolvers.connections.topic)


@strawberry.type(description="A page of topics.")
class TopicConnection:
    edges: list[TopicEdge] = batched(resolvers.connections.edges)
    nodes: list[Topic] = batched(resolvers.connections.topics)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="An edge between two nodes that are shown.")
class Link:
    from_: Node = batched(resolvers.traversal.link_source, name="from")
    to: Node = batched(resolvers.traversal.link_target)
    kind: EdgeKind = plain("What the edge says.")
    position: int | None = plain("Its place in the list of related articles, from 0; null for other edges.")
    reciprocal: bool = plain("Whether each of two articles lists the other.")


@strawberry.type(description="The articles at one distance from the start.")
class Hop:
    depth: int = plain("The distance: how many edges lead here from the start.")
    articles: list[Article] = batched(resolvers.traversal.hop_articles, size=ListSize(1))


@strawberry.type(description="A part of the graph: some nodes and the links among them.")
class Subgraph:
    nodes: list[Node] = batched(resolvers.traversal.nodes)
    links: list[Link] = batched(resolvers.traversal.links, size=ListSize(4))
    hops: list[Hop] = plain("The articles by distance; hop 0 is the start.")
    node_count: int = plain("How many nodes there are.")
    link_count: int = batched(resolvers.traversal.link_count)
    truncated: bool = batched(resolvers.traversal.truncated)
    export: str = batched(
        exporting.exported,
        arguments.export,
        size=EXPORTED,
        cost=EXPORTED.assumed * NEIGHBORHOOD.assumed,
        long=True,
        looks_at=exporting.LOOKED_AT,
    )


@strawberry.type(description="A way from one node to another.")
class Path:
    nodes: list[Node] = batched(resolvers.paths.path_nodes, size=ListSize(4))
    links: list[Link] = plain("The steps, one link each; a link may lead against the path.", size=ListSize(3))
    length: int = plain("How many steps it has.")
    explanation: str = batched(resolvers.paths.explanation, long=True, looks_at={"title", "name"})


@strawberry.type(description="The paths that were found.")
class PathResult:
    found: bool = plain("Whether there is a path.")
    distance: int | None = plain("How many steps the shortest path has, null when there is none.")
    paths: list[Path] = plain("The paths, shortest first.")
    truncated: bool = plain("Whether a limit or a budget hid at least one path, or ended the search.")


@strawberry.type(description="What two articles share. Neighbours are counted without regard to direction.")
class CommonNeighbors:
    articles: list[Article] = batched(resolvers.paths.common_articles, size=ListSize(20))
    topics: list[Topic] = batched(resolvers.paths.common_topics, size=ListSize(3))
    same_provider: bool = plain("Whether both were published by the same provider.")
    jaccard: float = plain(
        "Shared neighbours over all neighbours of either: J = |A and B| / |A or B|, 0 to 1. Liben-Nowell and Kleinberg, 2007."
    )
    adamic_adar: float = plain(
        "The sum of 1 / ln(number of neighbours) over the shared neighbours: rare ones weigh more. Adamic and Adar, 2003."
    )


@strawberry.type(description="Something that is wrong with a document, and where.")
class Problem:
    code: str = plain("A stable code: E1xx for errors, W2xx for warnings.")
    severity: Severity = plain("How much it weighs.")
    message: str = plain("What is wrong.")
    hint: str | None = plain("What would work.")
    path: str = plain("The file, relative to its source folder, with slashes.")
    line: int | None = plain("The line, from 1; null when the problem has no place in the file.")
    column: int | None = plain("The column, from 1.")
    article: Article | None = batched(resolvers.report.problem_article)


@strawberry.type(description="A problem in a list.")
class ProblemEdge:
    cursor: str = plain("Its place in the list, good for `after` and `before`.")
    node: Problem = batched(resolvers.connections.problem)


@strawberry.type(description="A page of problems.")
class ProblemConnection:
    edges: list[ProblemEdge] = batched(resolvers.connections.edges)
    nodes: list[Problem] = batched(resolvers.connections.problems)
    page_info: PageInfo = batched(resolvers.connections.page_info)
    total_count: int = batched(resolvers.connections.total_count)


@strawberry.type(description="What the graph holds, and what was wrong with the documents.")
class ContentReport:
    revision: str = plain("The revision of the content; equal content has an equal revision.")
    generated_at: datetime = plain("When this revision was first stored.")
    articles: int = plain("How many articles there are, stubs among them.")
    stubs: int = plain("How many of them are stubs.")
    problems: ProblemConnection = batched(resolvers.report.problems, arguments.problems, size=PAGE)


@strawberry.type(description="What the operation costs, as admission measures it before it runs.")
class Cost:
    requested: int = plain("How many objects the answer is expected to hold; page sizes multiply.")
    limit: int = plain("The highest cost that is admitted.")


Entity = Annotated[
    Article | Provider | Topic,
    strawberry.union("_Entity", description="What other subgraphs can refer to by one of its keys."),
]


@strawberry.type(name="_Service", description="This schema as a subgraph of a federated graph.")
class Service:
    sdl: str = plain("The subgraph in the schema definition language, with the directives of Federation 2.")


@strawberry.type(description="Where every query starts.")
class Query:
    node: Node | None = batched(resolvers.nodes.node, arguments.node)
    nodes: list[Node | None] = batched(
        resolvers.nodes.nodes, arguments.nodes, size=ListSize(1, counted=frozenset({"ids"}))
    )
    article: Article | None = batched(resolvers.articles.article, arguments.article)
    articles: ArticleConnection = batched(resolvers.articles.articles, arguments.articles, size=PAGE)
    provider: Provider | None = batched(resolvers.providers.provider, arguments.provider)
    providers: ProviderConnection = batched(resolvers.providers.providers, arguments.providers, size=PAGE)
    topic: Topic | None = batched(resolvers.topics.topic, arguments.topic)
    topics: TopicConnection = batched(resolvers.topics.topics, arguments.topics, size=PAGE)
    shortest_path: PathResult = batched(resolvers.paths.shortest_path, arguments.paths, size=PATHS)
    all_paths: PathResult = batched(resolvers.paths.all_paths, arguments.paths, size=PATHS)
    common_neighbors: CommonNeighbors | None = batched(
        resolvers.paths.common_neighbors, arguments.pair, looks_at={"provider_key"}
    )
    subgraph: Subgraph = batched(resolvers.traversal.subgraph, arguments.subgraph, size=SUBGRAPH)
    content_report: ContentReport = batched(resolvers.report.content_report)
    revision: str = batched(resolvers.report.revision)
    cost: Cost = plain("What this operation costs.")
    represented: list[Entity | None] = batched(
        entities.entities, entities.representations, name="_entities", size=ENTITIES
    )
    service: Service = batched(entities.service, name="_service")
