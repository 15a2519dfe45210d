"""What lists, filters, orders, windows and counts mean, in plain Python over the nodes of a test graph.

Written from the words of `reads` and `filters`, for small graphs, without regard to speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, assert_never

from graph_api.records import EdgeDirection
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
)
from graph_api.store.reads import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    Item,
    ListKey,
    Order,
    OrderField,
    Place,
    RelatedArticles,
    Rights,
    Slice,
    SortKey,
    SortValue,
    Window,
)
from tests.store.build import EPOCH, AnyNode, ArticleNode, ProblemNode, ProviderNode, TopicNode


@dataclass(frozen=True)
class Entry:
    """A node in a list, with its position there when it is a related article."""

    node: AnyNode
    position: int | None = None


@dataclass(frozen=True)
class Step:
    """One step of an order: the value of an entry, and how values are ordered."""

    value: Callable[[Entry], SortValue]
    descending: bool = False
    nulls_first: bool = False


class Reference:
    """The part of a graph that *rights* let one see."""

    def __init__(self, nodes: Iterable[AnyNode], rights: Rights) -> None:
        everything = list(nodes)
        shown = [node for node in everything if not (rights.published_only and _hidden(node))]
        self.articles = {node.name: node for node in shown if isinstance(node, ArticleNode)}
        self.providers = {node.domain: node for node in shown if isinstance(node, ProviderNode)}
        self.topics = {node.slug: node for node in shown if isinstance(node, TopicNode)}
        problems = [node for node in shown if isinstance(node, ProblemNode)]
        gone = {node.name for node in everything if isinstance(node, ArticleNode)} - set(self.articles)
        self.problems = [node for node in problems if node.article not in gone]

    # -- the graph ---------------------------------------------------------------------------------------

    def out(self, node: ArticleNode) -> list[ArticleNode]:
        return [self.articles[name] for name in node.related if name in self.articles]

    def in_(self, node: ArticleNode) -> list[ArticleNode]:
        return [other for other in self.articles.values() if node.name in other.related]

    def topics_of(self, node: ArticleNode) -> list[TopicNode]:
        return [self.topics[slug] for slug in node.topics if slug in self.topics]

    def below(self, slug: str) -> set[str]:
        """The topic and its descendants."""
        found: set[str] = set()
        fresh = {slug} & set(self.topics)
        while fresh:
            found |= fresh
            fresh = {s for s, node in self.topics.items() if node.parent in fresh} - found
        return found

    # -- lists -------------------------------------------------------------------------------------------

    def entries(self, scope: ListKey, filter: Filter | None) -> list[Entry]:
        return [entry for entry in self._all(scope) if filter is None or self.fits(entry.node, filter)]

    def _all(self, scope: ListKey) -> list[Entry]:
        articles = self.articles.values()
        match scope:
            case AllArticles():
                return [Entry(node) for node in articles]
            case ArticlesOfProvider():
                domains = {node.domain for node in self.providers.values() if node.key == scope.key}
                return [Entry(node) for node in articles if node.provider in domains]
            case ArticlesOfTopic():
                slugs = {slug for slug, node in self.topics.items() if node.key == scope.key}
                if scope.descendants:
                    slugs = {below for slug in slugs for below in self.below(slug)}
                return [Entry(node) for node in articles if slugs & set(node.topics)]
            case RelatedArticles():
                near = [node for node in articles if node.key == scope.key]
                return self._related(near[0], scope.direction) if near else []
            case AllProviders():
                return [Entry(node) for node in self.providers.values()]
            case AllTopics():
                return [Entry(node) for node in self.topics.values()]
            case AllProblems():
                return [
                    Entry(node)
                    for node in self.problems
                    if (scope.severity is None or node.severity == scope.severity.value)
                    and (scope.code is None or node.code == scope.code)
                ]
            case _:
                assert_never(scope)

    def _related(self, node: ArticleNode, direction: EdgeDirection) -> list[Entry]:
        listed = [Entry(other, position) for position, other in enumerate(self.out(node))]
        if direction is EdgeDirection.OUT:
            return listed
        if direction is EdgeDirection.IN:
            return [Entry(other) for other in self.in_(node)]
        return listed + [Entry(other) for other in self.in_(node) if other.name not in node.related]

    def steps(self, scope: ListKey, order: Sequence[Order]) -> list[Step]:
        named = [Step(self._value(step.field), step.descending, step.nulls_first) for step in order]
        return [*(named or self._default(scope)), Step(lambda entry: entry.node.key)]

    def _default(self, scope: ListKey) -> list[Step]:
        newest = Step(self._value(OrderField.PUBLISHED_DATE_TIME), descending=True)
        match scope:
            case RelatedArticles(_, EdgeDirection.OUT):
                return [Step(lambda entry: entry.position)]
            case RelatedArticles(_, EdgeDirection.BOTH):
                return [Step(lambda entry: entry.position), newest]
            case AllProviders():
                return [Step(lambda e: _of(e, "name").casefold()), Step(lambda e: _of(e, "domain"))]
            case AllTopics():
                return [Step(lambda e: _of(e, "name").casefold()), Step(lambda e: _of(e, "slug"))]
            case AllProblems():
                return [
                    Step(lambda e: _of(e, "path")),
                    Step(lambda e: _of(e, "line"), nulls_first=True),
                    Step(lambda e: _of(e, "column"), nulls_first=True),
                    Step(lambda e: _of(e, "code")),
                ]
            case _:
                return [newest]

    def _value(self, field: OrderField) -> Callable[[Entry], SortValue]:
        match field:
            case OrderField.PUBLISHED_DATE_TIME:
                return lambda entry: _microseconds(_of(entry, "date"))
            case OrderField.HEAT | OrderField.QUALITY:
                return lambda entry: _of(entry, field.value)
            case OrderField.TITLE:
                return lambda entry: _of(entry, "title").casefold()
            case OrderField.RELATED_COUNT:
                return lambda entry: len(self.out(_article(entry.node)))
            case OrderField.POSITION:
                return lambda entry: entry.position
            case _:
                assert_never(field)

    def items(self, scope: ListKey, filter: Filter | None, order: Sequence[Order]) -> list[Item]:
        """The whole list in its order."""
        steps = self.steps(scope, order)
        found = [
            Item(entry.node.key, tuple(step.value(entry) for step in steps), entry.position)
            for entry in self.entries(scope, filter)
        ]

        def order_of(one: Item, other: Item) -> int:
            return _compare(steps, one.sort, other.sort)

        return sorted(found, key=cmp_to_key(order_of))

    def slice(self, scope: ListKey, filter: Filter | None, order: Sequence[Order], window: Window) -> Slice:
        steps = self.steps(scope, order)

        everything = self.items(scope, filter, order)
        listed = isinstance(scope, RelatedArticles) and scope.direction is not EdgeDirection.IN
        by_position = order[0] == Order(OrderField.POSITION, descending=False) if order else listed
        start, end = 0, len(everything)
        if window.after is not None:
            start = self._spot(everything, steps, window.after, by_position)[1]
        if window.before is not None:
            end = self._spot(everything, steps, window.before, by_position)[0]
        left = everything[start:end]
        cut = len(left) - window.size
        items = left[max(cut, 0) :] if window.backward else left[: window.size]
        return Slice.of(
            items,
            has_next=end < len(everything) or (cut > 0 and not window.backward),
            has_previous=start > 0 or (cut > 0 and window.backward),
        )

    def _spot(
        self, items: Sequence[Item], steps: Sequence[Step], place: Place, by_position: bool
    ) -> tuple[int, int]:
        """How many items precede *place*, and how many do not follow it: one more when its item is there."""
        at = {item.key: index for index, item in enumerate(items)}
        if place.key in at:
            return at[place.key], at[place.key] + 1
        nearest = [at[key] for key in place.preceding if key in at][-1:]
        if nearest or place.from_start:
            count = nearest[0] + 1 if nearest else 0
            return count, count
        position = place.sort[0]
        if by_position and isinstance(position, int):
            removed = len(place.preceding) + 1
            count = sum(i.position is not None and i.position <= position - removed for i in items)
            return count, count
        count = sum(_compare(steps, item.sort, place.sort) < 0 for item in items)
        return count, count

    # -- filters -----------------------------------------------------------------------------------------

    def fits(self, node: AnyNode, filter: Filter) -> bool:
        match filter:
            case And():
                return all(self.fits(node, part) for part in filter.parts)
            case Or():
                return any(self.fits(node, part) for part in filter.parts)
            case Not():
                return not self.fits(node, filter.part)
            case TextIs():
                return _text_fits(_text(node, filter.field), filter)
            case TextIn():
                return _text(node, filter.field) in filter.values
            case NumberIs():
                value = self._number(_article(node), filter.field)
                return value is not None and _COMPARE[filter.compare](value, filter.value)
            case FlagIs():
                return _flag(_article(node), filter.field) is filter.value
            case IsNull():
                return self._field(node, filter.field) is None
            case _:
                return self._others_fit(_article(node), filter)

    def _others_fit(self, node: ArticleNode, filter: OfProvider | OfTopics | HasTopics | OfRelated) -> bool:
        match filter:
            case OfProvider():
                provider = self.providers.get(node.provider or "")
                return provider is not None and self.fits(provider, filter.filter)
            case OfTopics():
                fitting = [self.fits(topic, filter.filter) for topic in self.topics_of(node)]
                return {
                    Quantifier.SOME: any(fitting),
                    Quantifier.EVERY: all(fitting),
                    Quantifier.NONE: not any(fitting),
                }[filter.quantifier]
            case HasTopics():
                return {topic.slug for topic in self.topics_of(node)} >= set(filter.slugs)
            case OfRelated():
                out = self.out(node) if filter.direction is not EdgeDirection.IN else []
                in_ = self.in_(node) if filter.direction is not EdgeDirection.OUT else []
                return any(self.fits(other, filter.filter) for other in (*out, *in_))
            case _:
                assert_never(filter)

    def _field(self, node: AnyNode, field: TextField | NumberField | FlagField) -> object:
        if isinstance(field, TextField):
            return _text(node, field)
        if isinstance(field, NumberField):
            return self._number(_article(node), field)
        return _flag(_article(node), field)

    def _number(self, node: ArticleNode, field: NumberField) -> Any:
        return {
            NumberField.QUALITY: node.quality,
            NumberField.HEAT: node.heat,
            NumberField.RELATED_COUNT: len(self.out(node)),
            NumberField.TOPIC_COUNT: len(self.topics_of(node)),
            NumberField.PUBLISHED_DATE_TIME: node.date,
        }[field]


_COMPARE: dict[Compare, Callable[[Any, Any], bool]] = {
    Compare.EQ: lambda one, other: bool(one == other),
    Compare.GT: lambda one, other: bool(one > other),
    Compare.GTE: lambda one, other: bool(one >= other),
    Compare.LT: lambda one, other: bool(one < other),
    Compare.LTE: lambda one, other: bool(one <= other),
}


def _text_fits(value: str | None, filter: TextIs) -> bool:
    if value is None:
        return False
    folded, wanted = value.casefold(), filter.value.casefold()
    return {
        Match.EQ: value == filter.value,
        Match.CONTAINS: wanted in folded,
        Match.STARTS_WITH: folded.startswith(wanted),
        Match.ENDS_WITH: folded.endswith(wanted),
    }[filter.match]


def _text(node: AnyNode, field: TextField) -> str | None:
    value: str | None = getattr(node, field.value)
    return value


def _flag(node: ArticleNode, field: FlagField) -> bool | None:
    return {
        FlagField.PUBLISHED: node.published,
        FlagField.IS_STUB: node.stub,
        FlagField.HAS_IMAGE: bool(node.images),
    }[field]


def _compare(steps: Sequence[Step], one: SortKey, other: SortKey) -> int:
    """Negative when *one* comes first."""
    for step, left, right in zip(steps, one, other, strict=True):
        if left == right:
            continue
        if left is None or right is None:
            return -1 if (left is None) == step.nulls_first else 1
        smaller = left < right  # type: ignore[operator] # both are of the step's own type
        return -1 if smaller != step.descending else 1
    return 0


def _of(entry: Entry, name: str) -> Any:
    return getattr(entry.node, name)


def _article(node: AnyNode) -> ArticleNode:
    assert isinstance(node, ArticleNode)
    return node


def _hidden(node: AnyNode) -> bool:
    return not isinstance(node, ProblemNode) and node.hidden


def _microseconds(date: Any) -> int | None:
    return None if date is None else round((date - EPOCH).total_seconds()) * 1_000_000
