"""Turns records into rows: for each, the tables and the values in the order of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from graph_api.records import Detail, Image, NodeKey, Problem, Provider, Topic, name_key
from graph_api.store.columns import microseconds
from graph_api.store.folding import fold, order_key
from graph_api.store.sqlite.row_mapping import ORIGINS
from graph_api.store.writing import (
    ArticleRecord,
    FileRecord,
    NodeProblems,
    NodeRecord,
    TopicRecord,
    document_key,
    keyed_problems,
)

Values: TypeAlias = tuple[Any, ...]  # of one row: the tables are STRICT, SQLite checks each
TableRow: TypeAlias = tuple[str, Values]

BOTH, ALL_FILES, PUBLISHED_FILES = 0, 1, 2  # any_problem.seen

_NO_TEXTS = "[]"
_REMEMBERED = 16_384  # copies: members of a story embed the same ones over and over


def file_rows(file: FileRecord) -> Iterator[TableRow]:
    """The rows of a file."""
    key = document_key(file.folder, file.path)
    yield (
        "document",
        (
            key,
            file.folder,
            file.path,
            file.sha256,
            file.kind,
            file.subject,
            file.identity,
            _us(file.published_date_time),
            file.is_hidden,
            file.payload,
            file.known_as,
        ),
    )
    for copy in file.related:
        row = _embedded(copy.target, copy.url, copy.payload)
        yield "embedded", row
        yield "mention", (key, copy.position, copy.target, row[0], ORIGINS.index(copy.origin))
    for reference in file.references:
        yield "reference", (key, *reference)
    article = file.subject if file.kind == "article" else None
    problems = keyed_problems(file.path, file.problems, article)
    yield from problem_rows(key, problems, ALL_FILES if file.is_hidden else BOTH)


@lru_cache(_REMEMBERED)
def _embedded(target: NodeKey, url: str, payload: str) -> Values:
    return name_key(payload), target, url, payload


def problem_rows(owner: NodeKey, problems: Mapping[NodeKey, Problem], seen: int) -> Iterator[TableRow]:
    """The problems of one owner, by their keys."""
    for key, problem in problems.items():
        yield (
            "any_problem",
            (
                key,
                key,
                owner,
                problem.code,
                problem.severity.value,
                problem.message,
                problem.hint,
                problem.path,
                problem.line,
                problem.column,
                problem.article,
                seen,
            ),
        )


def node_rows(record: NodeRecord, seen: int) -> Iterator[TableRow]:
    """The rows of a node, or of problems between its files, which are *seen* with one graph or both."""
    match record:
        case ArticleRecord():
            yield from _article_rows(record)
        case Provider():
            yield "provider", _provider_row(record)
        case TopicRecord():
            topic = record.topic
            yield "topic", _topic_row(topic)
            yield from (("topic_name", (name, topic.key)) for name in sorted({*map(fold, record.names)}))
        case NodeProblems():
            problems = keyed_problems(str(record.owner), record.problems, record.article)
            yield from problem_rows(record.owner, problems, seen)


def _article_rows(record: ArticleRecord) -> Iterator[TableRow]:
    article = record.article
    key, published = article.key, _us(article.published_date_time)
    yield "article", _article_row(record)
    if record.details or record.secured is not None:
        texts = (record.details.get(detail) for detail in Detail)
        secured = record.secured
        yield (
            "article_detail",
            (key, *texts, *((None, None) if secured is None else (secured.ciphertext, secured.iv))),
        )
    for at, image in enumerate(record.images):
        yield "article_image", (key, at, image.url, image.width, image.height, image.title, image.is_cached)
    for url in record.urls:
        yield "article_url", (url, key)
    for address in record.addresses:
        yield "article_address", (address, key)
    for at, topic in enumerate(record.topics):
        yield "article_topic", (key, at, topic.key, published, topic.name)
    if (named := record.provider) is not None:
        yield "naming", (key, named.key, named.domain, named.name, images_json(named.images))


def _article_row(record: ArticleRecord) -> Values:
    article = record.article
    return (
        *(_us(value) if isinstance(value, datetime) else value for value in article),
        0,  # related articles, until `set_related` counts them
        len(record.topics),
        bool(record.images),
        fold(article.slug),
        fold(article.title),
        None if article.category is None else fold(article.category),
        fold(article.type),
        fold(article.url),
        order_key(article.title),
    )


def _provider_row(provider: Provider) -> Values:
    return (
        provider.key,
        provider.id,
        provider.domain,
        provider.name,
        texts_json(provider.other_names),
        provider.description,
        images_json(provider.images),
        provider.extra,
        fold(provider.domain),
        fold(provider.name),
        order_key(provider.name),
    )


def _topic_row(topic: Topic) -> Values:
    return (
        topic.key,
        topic.id,
        topic.slug,
        topic.name,
        topic.shortname,
        texts_json(topic.keywords),
        texts_json(topic.hashtags),
        images_json(topic.images),
        topic.parent_key,
        topic.extra,
        fold(topic.slug),
        fold(topic.name),
        order_key(topic.name),
    )


def texts_json(texts: Iterable[str]) -> str:
    """Texts as one column holds them."""
    return orjson.dumps(list(texts)).decode()


def images_json(images: Iterable[Image]) -> str:
    """Images as one column holds them: fields that are null are absent."""
    return orjson.dumps([_present(image) for image in images]).decode()


def images_of(json: str) -> tuple[Image, ...]:
    """The inverse of `images_json`."""
    return () if json == _NO_TEXTS else tuple(Image(**fields) for fields in orjson.loads(json))


def _present(image: Image) -> dict[str, str | int | bool]:
    fields = {
        "url": image.url,
        "width": image.width,
        "height": image.height,
        "title": image.title,
        "is_cached": image.is_cached,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)
