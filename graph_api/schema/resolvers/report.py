"""The fields of `ContentReport` and `Problem`, and `Query.revision`."""

from __future__ import annotations

from collections.abc import Sequence

from graph_api.execution.fields import ByKey, Distinct
from graph_api.records import ContentStatus, Problem
from graph_api.schema.arguments import ProblemList
from graph_api.schema.paging import Connection
from graph_api.schema.resolvers.nodes import ARTICLES, for_each
from graph_api.store.reads import Reads, Rights, Status, ask


def content_report(parents: Sequence[object], rights: Rights) -> Reads[list[ContentStatus]]:
    """Counts of what the graph contains, and the problems found in the documents."""
    return for_each(parents, (yield from ask(Status(rights))))


def revision(parents: Sequence[object], rights: Rights) -> Reads[list[str]]:
    """The revision of the content that this response is based on, a hash: equal content has an equal revision."""
    status = yield from ask(Status(rights))
    return for_each(parents, status.revision)


def problems(
    parents: Sequence[ContentStatus], rights: Rights, wanted: ProblemList
) -> Reads[list[Connection]]:
    """The problems found in the documents, sorted by path and line."""
    del rights
    return Distinct([Connection(wanted.scope, wanted.listing) for _ in parents])
    yield


def problem_article(parents: Sequence[Problem], rights: Rights) -> Reads[ByKey]:
    """The article of the document; null when the document was rejected."""
    del rights
    return ByKey([parent.article for parent in parents], ARTICLES)
    yield
