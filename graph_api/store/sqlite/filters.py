"""Compiles filters to SQL conditions.

Filters are two-valued, SQL is three-valued: a comparison with NULL is unknown. AND, OR and EXISTS treat unknown as
false, so only `Not` differs: it becomes IS NOT TRUE.

Text operators never see a pattern: contains is instr(), startsWith and endsWith compare the bytes at
either end, which for UTF-8 is the same as comparing characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_api.records import EdgeDirection
from graph_api.store.columns import microseconds
from graph_api.store.filters import (
    Among,
    And,
    Compare,
    Filter,
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
    TextMatches,
    checked,
)
from graph_api.store.folding import canonical, fold
from graph_api.store.plans import Rights
from graph_api.store.sqlite.sql import AMONG, FALSE, TRUE, Sql, both, either, graph, integers, storable, texts

_TEXTS = {
    "article": {TextField.TITLE, TextField.SLUG, TextField.CATEGORY, TextField.TYPE, TextField.URL},
    "provider": {TextField.DOMAIN, TextField.NAME},
    "topic": {TextField.SLUG, TextField.NAME},
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows a condition is about: which *table*, under which *alias*, seen with which *rights*."""

    table: str
    alias: str
    rights: Rights

    def column(self, name: str) -> str:
        return f"{self.alias}.{name}"

    @property
    def graph(self) -> str:
        return graph(self.rights)


def articles(rights: Rights) -> Subject:
    """Articles as `a`."""
    return Subject("article", "a", rights)


def condition(filter: Filter | None, subject: Subject) -> Sql:
    """The condition that *filter* is on *subject*; true when there is no filter."""
    if filter is None:
        return TRUE
    return _condition(checked(filter), subject)


def _condition(filter: Filter, subject: Subject) -> Sql:
    match filter:
        case And():
            return both(*(_condition(part, subject) for part in filter.parts))
        case Or():
            return either(*(_condition(part, subject) for part in filter.parts))
        case Not():
            return Sql("(") + _condition(filter.part, subject) + Sql(") IS NOT TRUE")
        case TextIs():
            return _text(filter, subject)
        case TextIn():
            column = _text_column(filter.field, subject)
            return Sql(f"{column} {AMONG}", (texts(_exact(value, filter.field) for value in filter.values),))
        case NumberIs():
            return _number(filter, subject)
        case FlagIs():
            return Sql(f"{_article(subject).column(filter.field.value)} = ?", (int(filter.value),))
        case IsNull():
            return _is_null(filter, subject)
        case TextMatches() | Among():
            return _among(filter, _article(subject))
        case _:
            return _of_others(filter, _article(subject))


def _of_others(filter: OfProvider | OfTopics | HasTopics | OfRelated, subject: Subject) -> Sql:
    match filter:
        case OfProvider():
            return _of_provider(filter, subject)
        case OfTopics():
            return _of_topics(filter, subject)
        case HasTopics():
            return both(*(_has_topic(slug, subject) for slug in dict.fromkeys(filter.slugs)))
        case OfRelated():
            return _of_related(filter, subject)


# -- single conditions -----------------------------------------------------------------------------------


def _text(filter: TextIs, subject: Subject) -> Sql:
    column = _text_column(filter.field, subject)
    if not storable(filter.value):
        return FALSE
    if filter.match is Match.EQ:
        return Sql(f"{column} = ?", (_exact(filter.value, filter.field),))
    value, folded = fold(filter.value), f"{column}_folded"
    if not value:
        return Sql(f"{column} IS NOT NULL")
    if filter.match is Match.CONTAINS:
        return Sql(f"instr({folded}, ?) > 0", (value,))
    raw = value.encode()
    ends = (1, len(raw)) if filter.match is Match.STARTS_WITH else (-len(raw), len(raw))
    return Sql(f"substr(CAST({folded} AS BLOB), ?, ?) = ?", (*ends, raw))


def _among(filter: TextMatches | Among, subject: Subject) -> Sql:
    if filter.keys is None:
        raise TypeError(f"the search in {filter!r} has not been answered")
    return Sql(f"{subject.column('key')} {AMONG}", (integers(filter.keys),))


def _exact(value: str, field: TextField) -> str:
    """What EQ and IN compare with; URLs differ by their bytes."""
    return value if field is TextField.URL else canonical(value)


def _number(filter: NumberIs, subject: Subject) -> Sql:
    moment = isinstance(filter.value, datetime)
    if moment != (filter.field is NumberField.PUBLISHED_DATE_TIME):
        raise TypeError(f"{filter.field.value} cannot be compared with {filter.value!r}")
    value = microseconds(filter.value) if isinstance(filter.value, datetime) else filter.value
    return Sql(f"{number(filter.field, _article(subject))} {Compare(filter.compare).value} ?", (value,))


def _is_null(filter: IsNull, subject: Subject) -> Sql:
    if isinstance(filter.field, TextField):
        return Sql(f"{_text_column(filter.field, subject)} IS NULL")
    if isinstance(filter.field, NumberField):
        return Sql(f"{number(filter.field, _article(subject))} IS NULL")
    return Sql(f"{_article(subject).column(filter.field.value)} IS NULL")


def number(field: NumberField, subject: Subject) -> str:
    """The expression for *field* of an article."""
    if field is NumberField.PUBLISHED_DATE_TIME:
        return subject.column("published_us")
    return subject.column(field.value)


# -- conditions on other nodes ---------------------------------------------------------------------------


def _of_provider(filter: OfProvider, subject: Subject) -> Sql:
    inner = Subject("provider", f"{subject.alias}p", subject.rights)
    return _keys_in(subject.column("provider"), filter.filter, inner)


def _of_topics(filter: OfTopics, subject: Subject) -> Sql:
    inner = Subject("topic", f"{subject.alias}t", subject.rights)
    every = filter.quantifier is Quantifier.EVERY
    wanted = Not(filter.filter) if every else filter.filter
    some = _some_topic(_keys_in("at.topic", wanted, inner), subject)
    return some if filter.quantifier is Quantifier.SOME else Sql("NOT ") + some


def _has_topic(slug: str, subject: Subject) -> Sql:
    inner = Subject("topic", f"{subject.alias}t", subject.rights)
    return _some_topic(_keys_in("at.topic", TextIs(TextField.SLUG, Match.EQ, slug), inner), subject)


def _some_topic(condition: Sql, subject: Subject) -> Sql:
    start = (
        f"EXISTS (SELECT 1 FROM {subject.graph}article_topic at WHERE at.article = {subject.alias}.key AND "
    )
    return Sql(start) + condition + Sql(")")


def _keys_in(column: str, filter: Filter, inner: Subject) -> Sql:
    """*column* holds the key of some row that fits: a set that SQLite builds once a statement."""
    start = Sql(f"{column} IN (SELECT {inner.alias}.key FROM {inner.graph}{inner.table} {inner.alias} WHERE ")
    return start + _condition(filter, inner) + Sql(")")


def _of_related(filter: OfRelated, subject: Subject) -> Sql:
    """Some article at the far end of an edge fits; looked for from each article, and left at the first."""
    inner = Subject("article", f"{subject.alias}a", subject.rights)
    p = subject.graph
    far = " UNION ALL ".join(way.format(subject.column("key"), p) for way in _FAR[filter.direction])
    start = f"EXISTS (SELECT 1 FROM {p}article {inner.alias} WHERE {inner.alias}.key IN ({far}) AND "
    return Sql(start) + _condition(filter.filter, inner) + Sql(")")


_OUT = "SELECT r.dst FROM {1}related r WHERE r.src = {0}"
_IN = "SELECT r.src FROM {1}related r WHERE r.dst = {0}"
_FAR = {EdgeDirection.OUT: (_OUT,), EdgeDirection.IN: (_IN,), EdgeDirection.BOTH: (_OUT, _IN)}


def _text_column(field: TextField, subject: Subject) -> str:
    if field not in _TEXTS[subject.table]:
        raise ValueError(f"{subject.table}s have no {field.value} to filter by")
    return subject.column(field.value)


def _article(subject: Subject) -> Subject:
    if subject.table != "article":
        raise ValueError(f"{subject.table}s cannot be filtered like articles")
    return subject
