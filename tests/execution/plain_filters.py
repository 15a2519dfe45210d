"""What the filters of the schema mean, in plain Python: dicts as graphql-core coerces them, and views."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from graphql import GraphQLError

from graph_api.store.folding import fold

Given: TypeAlias = dict[str, Any]

_TEXTS = {"title": "title", "slug": "slug", "category": "category", "type": "type", "url": "url"}
_NUMBERS = {"quality": "quality", "heat": "heat", "publishedDateTime": "published_date_time"}
_FLAGS = {"published": "published", "isStub": "is_stub"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_FOLDED: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
}
_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_SECONDS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)


def checked(filter: Any, related: int = 0) -> None:
    """Nothing is wrong with *filter*, whether or not there is an article to look at."""
    if related > 2:
        raise GraphQLError("related nests too deep")
    if isinstance(filter, list):
        for part in filter:
            checked(part, related)
    for name, given in filter.items() if isinstance(filter, dict) else ():
        if name == "within" and given is not None:
            _ago(given)
        checked(given, related + (name == "related" and given is not None))


def fits(article: Any, filter: Given | None) -> bool:
    """Whether an article fits."""
    return all(_fits(article, name, given) for name, given in (filter or {}).items() if given is not None)


def names_fit(node: Any, filter: Given | None) -> bool:
    """Whether a provider or topic fits."""
    conditions = (filter or {}).items()
    return all(_text(getattr(node, name), given) for name, given in conditions if given is not None)


def _fits(article: Any, name: str, given: Any) -> bool:
    if name in _TEXTS:
        return _text(getattr(article, _TEXTS[name]), given)
    if name in _NUMBERS:
        return _number(getattr(article, _NUMBERS[name]), given)
    if name in _FLAGS:
        return _flag(getattr(article, _FLAGS[name]), given)
    return _OTHERS[name](article, given)


def _topics(article: Any, given: Given) -> bool:
    return all(_topics_fit(article, name, part) for name, part in given.items() if part is not None)


def _topics_fit(article: Any, name: str, part: Any) -> bool:
    if name == "all":
        return {topic.slug for topic in article.topics} >= set(part)
    if name == "count":
        return _number(len(article.topics), part)
    return _QUANTIFIED[name]([names_fit(topic, part) for topic in article.topics])


_QUANTIFIED: dict[str, Callable[[list[bool]], bool]] = {
    "some": any,
    "every": all,
    "none": lambda fitting: not any(fitting),
}


_OTHERS: dict[str, Callable[[Any, Any], bool]] = {
    "and": lambda article, given: all(fits(article, part) for part in given),
    "or": lambda article, given: any(fits(article, part) for part in given),
    "not": lambda article, given: not fits(article, given),
    "provider": lambda article, given: article.provider is not None and names_fit(article.provider, given),
    "topics": _topics,
    "related": lambda article, given: any(fits(other, given) for other in article.out),
    "relatedCount": lambda article, given: _number(len(article.out), given),
    "search": lambda article, given: article.node.key in article.graph.matching(given),
    "hasImage": lambda article, given: bool(article.images) is given,
}


def _text(text: str | None, given: Given) -> bool:
    return all(_text_fits(text, name, value) for name, value in given.items() if value is not None)


def _text_fits(text: str | None, name: str, value: Any) -> bool:
    if name == "isNull":
        return (text is None) is value
    if name in {"in", "notIn"}:
        return (text in value) is (name == "in")
    if name in {"eq", "ne"}:
        return (text == value) is (name == "eq")
    return text is not None and _FOLDED[name](fold(text), fold(value))


def _number(number: Any, given: Given) -> bool:
    return all(_number_fits(number, name, value) for name, value in given.items() if value is not None)


def _number_fits(number: Any, name: str, value: Any) -> bool:
    if name == "isNull":
        return (number is None) is value
    if name == "ne":
        return bool(number != value)
    if name == "within":
        return number is not None and _ago(value) <= number <= datetime.now(UTC)
    return number is not None and _COMPARE[name](number, value)


def _flag(flag: bool | None, given: Given) -> bool:
    wanted = {name: value for name, value in given.items() if value is not None}
    return ("eq" not in wanted or flag is wanted["eq"]) and (
        "isNull" not in wanted or (flag is None) is wanted["isNull"]
    )


def _ago(duration: str) -> datetime:
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise GraphQLError("not a duration")
    seconds = sum(int(n) * each for n, each in zip(found.groups(), _SECONDS, strict=True) if n)
    try:
        return datetime.now(UTC) - timedelta(seconds=seconds)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
