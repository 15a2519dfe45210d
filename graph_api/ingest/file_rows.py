"""What one file says, as rows. A function of the folder, the path and the bytes alone."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import assert_never

from graph_api.documents.document import ArticleDocument, Document, ProviderDocument, Reading, TopicDocument
from graph_api.ingest import document_json
from graph_api.records import NodeKey, Problem, article_id, article_key, name_key, provider_id, topic_id
from graph_api.store.sqlite.row_mapping import microseconds
from graph_api.store.sqlite.writer_rows import DocumentRow, EmbeddedRow, FileRows, MentionRow, ProblemRow

_REMEMBERED = 16_384  # addresses and copies: members of a story list the same ones over and over


def file_rows(folder: str, reading: Reading, sha256: bytes) -> FileRows:
    """The rows of one file, whether it was accepted or rejected; *sha256* tells its bytes from others."""
    row = document_row(folder, reading, sha256)
    copies = _copies(reading.document)
    return FileRows(
        document=row,
        mentions=[MentionRow(row.key, at, copy.target, copy.key) for at, copy in enumerate(copies)],
        embedded=copies,
        problems=problem_rows(row.key, reading.problems, row.subject if row.kind == "article" else None),
    )


def document_row(folder: str, reading: Reading, sha256: bytes) -> DocumentRow:
    """The row of the file itself."""
    document = reading.document
    kind, subject, identity = ("rejected", None, None) if document is None else _subject(document)
    published = document.published_date_time if isinstance(document, ArticleDocument) else None
    return DocumentRow(
        key=name_key(f"{folder}\0{reading.path}"),
        folder=folder,
        path=reading.path,
        sha256=sha256,
        kind=kind,
        subject=subject,
        identity=identity,
        published_us=None if published is None else microseconds(published),
        payload=None if document is None else document_json.of_document(document),
    )


def problem_rows(owner: NodeKey, problems: tuple[Problem, ...], article: NodeKey | None) -> list[ProblemRow]:
    """The problems of one owner, about *article* if none says otherwise.

    A problem keeps its key while others of its owner come and go: cursors remember it by its key.
    """
    equal_before: Counter[tuple[str, str]] = Counter()
    rows: list[ProblemRow] = []
    for problem in problems:
        same = (problem.code, problem.message)
        rows.append(
            ProblemRow(
                key=name_key(f"problem:{owner}:{equal_before[same]}:{problem.code}:{problem.message}"),
                owner=owner,
                code=problem.code,
                severity=problem.severity.value,
                message=problem.message,
                hint=problem.hint,
                path=problem.path,
                line=problem.line,
                column_=problem.column,
                article=problem.article if article is None else article,
            )
        )
        equal_before[same] += 1
    return rows


@lru_cache(_REMEMBERED)
def key_of_url(url: str) -> NodeKey:
    """The key of the article at a canonical URL."""
    key = article_key(article_id(url))
    assert key is not None, "article_id makes ids that have keys"
    return key


def _subject(document: Document) -> tuple[str, NodeKey, str]:
    match document:
        case ArticleDocument():
            return "article", key_of_url(document.url), document.url
        case TopicDocument():
            return "topic", name_key(topic_id(document.slug)), document.slug
        case ProviderDocument():
            return "provider", name_key(provider_id(document.domain)), document.domain
        case _:
            assert_never(document)


def _copies(document: Document | None) -> list[EmbeddedRow]:
    if not isinstance(document, ArticleDocument):
        return []
    return [_copy(item.url, document_json.of_item(item)) for item in document.related]


@lru_cache(_REMEMBERED)
def _copy(url: str, payload: str) -> EmbeddedRow:
    return EmbeddedRow(name_key(payload), key_of_url(url), url, payload)
