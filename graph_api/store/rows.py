"""Rows of the tables become records.

Each `..._COLUMNS` text lists the columns in the order in which the function beneath it takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import orjson

from graph_api.records import (
    Article,
    ArticleDetails,
    Image,
    Problem,
    Provider,
    Secured,
    Severity,
    SourceFile,
    Topic,
)

Row: TypeAlias = tuple[Any, ...]  # sqlite3 gives no types; the tables are STRICT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int | None) -> datetime | None:
    """The moment so many microseconds after 1970, in UTC."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def microseconds(moment: datetime) -> int:
    """The inverse of `moment`, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


ARTICLE_COLUMNS = (
    "a.key, a.id, a.slug, a.title, a.excerpt, a.category, a.type, a.published_us, a.url, a.web_url,"
    " a.original_url, a.amp_web_url, a.cdn_amp_web_url, a.quality, a.heat, a.published, a.is_stub, a.provider"
)


def article(row: Row) -> Article:
    """The article of a row of ARTICLE_COLUMNS, whose order is that of the record's fields."""
    return Article._make((*row[:7], moment(row[7]), *row[8:15], _flag(row[15]), bool(row[16]), row[17]))


DETAIL_COLUMNS = "a.key, d.body, d.featured_content, d.ciphertext, d.iv, d.extra"


def details(row: Row, *, secured: bool) -> ArticleDetails:
    """The long parts of a row of DETAIL_COLUMNS; the secured payload only when *secured*."""
    _, body, featured_content, ciphertext, iv, extra = row
    payload = None if ciphertext is None or iv is None else Secured(ciphertext=ciphertext, iv=iv)
    return ArticleDetails(
        body=body,
        featured_content=featured_content,
        secured=payload if secured else None,
        extra=extra,
    )


IMAGE_COLUMNS = "i.article, i.url, i.width, i.height, i.title, i.is_cached"


def image(row: Row) -> Image:
    """The image of a row of IMAGE_COLUMNS."""
    return Image(url=row[1], width=row[2], height=row[3], title=row[4], is_cached=_flag(row[5]))


SOURCE_COLUMNS = "d.subject, d.path, d.sha256"


def source(row: Row) -> SourceFile:
    """The file of a row of SOURCE_COLUMNS."""
    return SourceFile(path=row[1], sha256=row[2].hex())


PROVIDER_COLUMNS = "p.key, p.id, p.domain, p.name, p.{names}, p.description, p.images, p.extra"


def provider(row: Row) -> Provider:
    """The provider of a row of PROVIDER_COLUMNS, whose names are `other_names` or `shown_names`."""
    return Provider(
        key=row[0],
        id=row[1],
        domain=row[2],
        name=row[3],
        other_names=_texts(row[4]),
        description=row[5],
        images=_images(row[6]),
        extra=row[7],
    )


TOPIC_COLUMNS = (
    "t.key, t.id, t.slug, t.name, t.shortname, t.keywords, t.hashtags, t.images, t.parent, t.extra"
)


def topic(row: Row) -> Topic:
    """The topic of a row of TOPIC_COLUMNS."""
    return Topic(
        key=row[0],
        id=row[1],
        slug=row[2],
        name=row[3],
        shortname=row[4],
        keywords=_texts(row[5]),
        hashtags=_texts(row[6]),
        images=_images(row[7]),
        parent_key=row[8],
        extra=row[9],
    )


PROBLEM_COLUMNS = "p.key, p.code, p.severity, p.message, p.hint, p.path, p.line, p.column_, p.article"


def problem(row: Row) -> Problem:
    """The problem of a row of PROBLEM_COLUMNS."""
    return Problem(
        code=row[1],
        severity=Severity(row[2]),
        message=row[3],
        hint=row[4],
        path=row[5],
        line=row[6],
        column=row[7],
        article=row[8],
    )


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _texts(json: str) -> tuple[str, ...]:
    return () if json == "[]" else tuple(orjson.loads(json))


def _images(json: str) -> tuple[Image, ...]:
    if json == "[]":
        return ()
    found: list[Mapping[str, Any]] = orjson.loads(json)
    return tuple(Image(**fields) for fields in found)
