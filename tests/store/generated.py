"""Hypothesis strategies: small graphs with many ties and nulls, and reads of every kind about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

from graph_api.errors import RequestError
from graph_api.records import Detail, EdgeDirection, EdgeKind, EdgeOrigin, NodeKey, Severity
from graph_api.store.filters import (
    And,
    Compare,
    Filter,
    FlagField,
    FlagIs,
    HasTopics,
    IsNull,
    Match,
    Not,
    NumberField,
    NumberIs,
    OfProvider,
    OfRelated,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
    checked,
)
from graph_api.store.lists import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    Order,
    OrderField,
    RelatedArticles,
    Window,
)
from graph_api.store.plans import Read, Rights
from graph_api.store.reads import (
    Adjacency,
    ArticleColumns,
    ArticleIdentifier,
    ArticleKeysBy,
    ArticleRows,
    ChildKeys,
    Counts,
    DetailRows,
    DetailSizes,
    EdgesAmong,
    FittingKeys,
    GraphAnalysis,
    ImageRows,
    LinkSuggestions,
    Lists,
    Members,
    NeighborKeys,
    Origins,
    ProblemRows,
    ProviderRows,
    Reciprocal,
    SearchIndex,
    SecuredRows,
    SourceRows,
    Status,
    TopicKeys,
    TopicKeysByName,
    TopicRows,
    complete,
)
from tests.store.build import AnyNode, article, key, moment, problem, provider, topic, whole

NAMES = ["a", "b", "c", "d", "e", "f"]
DOMAINS = ["x.org", "X.org", "y.org"]
SLUGS = ["s", "t", "u"]
TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "a%",
    "_",
    "%",
    "Straße",
    "STRASSE",
    "ß",
    "ss",
    "İ",
    "é",
    "É",
    "e",
    "人工",
    "工",
    "x.org",
    "s",
    "t",
]
FEW = st.none() | st.integers(0, 2)

rights = st.builds(Rights, published_only=st.booleans())


@st.composite
def graphs(draw: st.DrawFn) -> list[AnyNode]:
    """A whole graph: every node that is mentioned is there."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    nodes: list[AnyNode] = [draw(_articles(name)) for name in names]
    nodes += [draw(_providers(domain)) for domain in draw(st.sets(st.sampled_from(DOMAINS)))]
    slugs = draw(st.lists(st.sampled_from(SLUGS), unique=True))
    nodes += [draw(_topics(slug, slugs)) for slug in slugs]
    nodes += draw(st.lists(_problems(names), max_size=4, unique=True))
    return whole(nodes)


def _articles(name: str) -> st.SearchStrategy[AnyNode]:
    others = [other for other in NAMES if other != name]
    return st.builds(
        article,
        st.just(name),
        title=st.sampled_from(TEXTS),
        slug=st.sampled_from(SLUGS),
        related=st.lists(st.sampled_from(others), unique=True),
        linked=st.lists(st.sampled_from(others), unique=True, max_size=3),
        topics=st.lists(st.sampled_from(SLUGS), unique=True),
        provider=st.none() | st.sampled_from(DOMAINS),
        day=FEW,
        quality=FEW,
        heat=FEW,
        published=st.sampled_from([None, True, False]),
        stub=st.booleans(),
        category=st.none() | st.sampled_from(TEXTS),
        images=st.lists(st.just("i"), max_size=1),
        urls=st.sampled_from([[], [f"https://amp.org/{name}"]]),
        files=st.sampled_from([[], [(f"{name}.md", 1)], [(f"{name}.md", 1), (f"old/{name}.md", 2)]]),
        body=st.sampled_from([None, "", "Zürich 😀"]),
        secured=st.sampled_from([None, ("c", "i")]),
    )


def _providers(domain: str) -> st.SearchStrategy[AnyNode]:
    return st.builds(provider, st.just(domain), name=st.sampled_from(TEXTS), hidden=st.booleans())


def _topics(slug: str, slugs: list[str]) -> st.SearchStrategy[AnyNode]:
    parents = st.none() | st.sampled_from(slugs)
    name = st.sampled_from(TEXTS)
    return st.builds(topic, st.just(slug), name=name, parent=parents, hidden=st.booleans())


def _problems(names: list[str]) -> st.SearchStrategy[AnyNode]:
    return st.builds(
        problem,
        st.sampled_from(["E1", "W2"]),
        st.sampled_from(["a.md", "B.md"]),
        severity=st.sampled_from(["error", "warning"]),
        line=FEW,
        column=FEW,
        article=st.none() | st.sampled_from(names),
    )


# -- filters -----------------------------------------------------------------------------------------------

_texts = st.sampled_from([*TEXTS, *(normalize("NFD", text) for text in TEXTS)]) | st.text(max_size=2)


def _combined(leaves: st.SearchStrategy[Filter], *, size: int = 8) -> st.SearchStrategy[Filter]:
    def larger(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        some = st.lists(parts, max_size=3).map(tuple)
        return st.builds(And, some) | st.builds(Or, some) | st.builds(Not, parts)

    return st.recursive(leaves, larger, max_leaves=size)


def _about(*fields: TextField) -> st.SearchStrategy[Filter]:
    field = st.sampled_from(fields)
    return (
        st.builds(TextIs, field, st.sampled_from(Match), _texts)
        | st.builds(TextIn, field, st.lists(_texts, max_size=3).map(tuple))
        | st.builds(IsNull, field)
    )


provider_filters = _combined(_about(TextField.DOMAIN, TextField.NAME), size=3)
topic_filters = _combined(_about(TextField.SLUG, TextField.NAME), size=3)

_numbers = st.sampled_from([field for field in NumberField if field is not NumberField.PUBLISHED_DATE_TIME])
_days = st.integers(0, 2).map(moment)


def _article_leaves(nested: st.SearchStrategy[Filter] | None) -> st.SearchStrategy[Filter]:
    fields = (TextField.TITLE, TextField.SLUG, TextField.CATEGORY, TextField.TYPE, TextField.URL)
    compare = st.sampled_from(Compare)
    leaves: st.SearchStrategy[Any] = (
        _about(*fields)
        | st.builds(NumberIs, _numbers, compare, st.integers(0, 3))
        | st.builds(NumberIs, st.just(NumberField.PUBLISHED_DATE_TIME), compare, _days)
        | st.builds(FlagIs, st.sampled_from(FlagField), st.booleans())
        | st.builds(IsNull, st.sampled_from(NumberField) | st.sampled_from(FlagField))
        | st.builds(OfProvider, provider_filters)
        | st.builds(OfTopics, st.sampled_from(Quantifier), topic_filters)
        | st.builds(HasTopics, st.lists(st.sampled_from(SLUGS), max_size=2).map(tuple))
    )
    if nested is not None:
        leaves |= st.builds(OfRelated, st.sampled_from(EdgeDirection), nested)
    return leaves


_deepest = _combined(_article_leaves(None), size=3)
_deeper = _combined(_article_leaves(_deepest), size=3)


def _keeps_the_bounds(filter: Filter) -> bool:
    """Whether the store takes *filter*: deeper ones are refused before any store is asked."""
    try:
        checked(filter)
    except RequestError:
        return False
    return True


article_filters = _combined(_article_leaves(_deeper)).filter(_keeps_the_bounds)

# -- lists -------------------------------------------------------------------------------------------------

_keys = st.sampled_from(NAMES).map(key)
_topic_keys = st.sampled_from(SLUGS).map(lambda slug: topic(slug).key)
_provider_keys = st.sampled_from(DOMAINS).map(lambda domain: provider(domain).key)

article_scopes: st.SearchStrategy[ListKey] = (
    st.just(AllArticles())
    | st.builds(ArticlesOfProvider, _provider_keys | st.just(NodeKey(1)))
    | st.builds(ArticlesOfTopic, _topic_keys, st.booleans())
    | st.builds(
        RelatedArticles,
        _keys | st.just(NodeKey(1)),
        st.sampled_from(EdgeDirection),
        st.none() | st.sampled_from(EdgeOrigin),
    )
)


@st.composite
def lists(draw: st.DrawFn) -> tuple[ListKey, Filter | None, tuple[Order, ...]]:
    """A scope with a filter and an order that it offers."""
    scope = draw(article_scopes | _others | _problem_lists)
    match scope:
        case AllProviders():
            return scope, draw(st.none() | provider_filters), ()
        case AllTopics():
            return scope, draw(st.none() | topic_filters), ()
        case AllProblems():
            return scope, None, ()
        case _:
            return scope, draw(st.none() | article_filters), draw(_orders(scope))


_others: st.SearchStrategy[ListKey] = st.sampled_from([AllProviders(), AllTopics()])
_problem_lists: st.SearchStrategy[ListKey] = st.builds(
    AllProblems, st.none() | st.sampled_from(Severity), st.none() | st.just("W2")
)


def _orders(scope: ListKey) -> st.SearchStrategy[tuple[Order, ...]]:
    positions = isinstance(scope, RelatedArticles)
    fields = [
        field
        for field in OrderField
        if field not in {OrderField.RELEVANCE, OrderField.PAGE_RANK, OrderField.TRENDING}
        and (positions or field is not OrderField.POSITION)
    ]
    step = st.builds(Order, st.sampled_from(fields), st.booleans(), st.booleans())
    return st.lists(step, max_size=3).map(tuple)


# -- reads -------------------------------------------------------------------------------------------------

_nodes = st.sampled_from(
    [
        NodeKey(1),
        *map(key, NAMES),
        *(provider(domain).key for domain in DOMAINS),
        *(topic(slug).key for slug in SLUGS),
    ]
)
_some = st.lists(_nodes, max_size=6, unique=True).map(tuple)
_pairs = st.lists(st.tuples(_keys, _keys), max_size=6).map(tuple)
_kinds = st.frozensets(st.sampled_from(EdgeKind))
_handles = _texts | st.sampled_from(
    ["a.md", "old/b.md", "https://amp.org/a", *(article(name).url for name in NAMES)]
)
_values = st.lists(_handles, max_size=4, unique=True).map(tuple)


@st.composite
def _lists_of(draw: st.DrawFn, counted: bool) -> Lists | Counts:
    list_key, filter, order = draw(lists())
    asked = draw(rights)
    if counted:
        return Counts((list_key,), asked, filter)
    window = Window(draw(st.integers(0, 4)), backward=draw(st.booleans()))
    return Lists((list_key,), asked, window, filter, order)


_READS: Mapping[type[Read[Any]], st.SearchStrategy[Read[Any]]] = complete(
    {
        ArticleRows: st.builds(ArticleRows, _some, rights),
        DetailRows: st.builds(DetailRows, _some, rights, st.sampled_from(Detail)),
        DetailSizes: st.builds(DetailSizes, _some, rights, st.sampled_from(Detail)),
        SecuredRows: st.builds(SecuredRows, _some, st.builds(Rights, st.booleans(), st.booleans())),
        ImageRows: st.builds(ImageRows, _some, rights),
        SourceRows: st.builds(SourceRows, _some, rights),
        TopicKeys: st.builds(TopicKeys, _some, rights),
        ProviderRows: st.builds(ProviderRows, _some, rights),
        TopicRows: st.builds(TopicRows, _some, rights),
        ChildKeys: st.builds(ChildKeys, _some, rights),
        Reciprocal: st.builds(Reciprocal, _pairs, rights),
        Origins: st.builds(Origins, _pairs, rights),
        Adjacency: st.builds(Adjacency, rights),
        SearchIndex: st.nothing(),  # compared in test_search
        GraphAnalysis: st.nothing(),  # compared in test_analysis
        LinkSuggestions: st.nothing(),  # compared in test_link_suggestions
        NeighborKeys: st.builds(
            NeighborKeys,
            st.lists(_nodes, max_size=12).map(tuple),
            _kinds,
            st.sampled_from(EdgeDirection),
            st.integers(0, 12) | st.just(8192),
            st.integers(0, 12),
            rights,
        ),
        EdgesAmong: st.builds(EdgesAmong, st.lists(_nodes, max_size=12).map(tuple), _some, _kinds, rights),
        FittingKeys: st.builds(FittingKeys, _some, article_filters, rights),
        ArticleKeysBy: st.builds(ArticleKeysBy, st.sampled_from(ArticleIdentifier), _values, rights),
        TopicKeysByName: st.builds(TopicKeysByName, _values, rights),
        Lists: _lists_of(counted=False),
        Counts: _lists_of(counted=True),
        Members: st.builds(Members, article_scopes, rights, st.none() | article_filters),
        ArticleColumns: st.builds(ArticleColumns, rights),
        ProblemRows: st.builds(ProblemRows, _some, rights),
        Status: st.builds(Status, rights),
    }
)
any_read: st.SearchStrategy[Read[Any]] = st.sampled_from(
    [read for kind, read in _READS.items() if kind not in {SearchIndex, GraphAnalysis, LinkSuggestions}]
).flatmap(lambda read: read)
