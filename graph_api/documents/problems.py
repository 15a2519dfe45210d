"""The problems of one file: found at a path in its front matter, reported with line and column.

A position is looked up only for the problems that are reported, because finding one may take milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_api.documents.codes import CODES
from graph_api.documents.document import ArticleDocument, Document, ParsedFile
from graph_api.documents.front_matter import KeyPath
from graph_api.documents.limits import MAX_PROBLEMS
from graph_api.documents.values import is_mapping, shortened
from graph_api.documents.yaml_exact import LocatedProblem, Node, value_of
from graph_api.errors import ExactParseRequired
from graph_api.records import NodeKey, Problem, article_id, article_key


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """A problem of the value at *path*; its line and column are looked up when the document has been read."""

    code: str
    path: KeyPath
    message: str
    hint: str | None


class Places(Protocol):
    """Finds where the values of a document stand."""

    def place(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of the key or list item at *path*, else of its nearest ancestor."""
        ...

    def source_text(self, path: KeyPath) -> str | None:
        """The source text of the scalar at *path*."""
        ...

    def node(self, path: KeyPath) -> Node | None:
        """The node at *path*."""
        ...


class Problems:
    """The problems of one document, or of a part of it."""

    __slots__ = ("found", "source")

    def __init__(self, source: Places | None) -> None:
        self.source = source
        self.found: list[FieldProblem] = []

    def add(self, code: str, path: KeyPath, message: str, hint: str | None = None) -> None:
        """Adds a problem of the value at *path*; the message is prefixed with the path."""
        self.found.append(FieldProblem(code=code, path=path, message=f"{label(path)} {message}", hint=hint))

    def source_text(self, path: KeyPath, value: object) -> str:
        """The source text of the scalar at *path*."""
        if self.source is None:
            raise ExactParseRequired
        return self.source.source_text(path) or str(value)

    def with_text_keys(self, path: KeyPath) -> dict[str, object]:
        """The mapping at *path* with its keys as source text, so that the keys `2020` and `true` are texts."""
        read = value_of(self.node(path))
        return read if is_mapping(read) else {}

    def node(self, path: KeyPath) -> Node | None:
        """The exact value at *path*."""
        if self.source is None:
            raise ExactParseRequired
        return self.source.node(path)

    def separate(self) -> Problems:
        """An empty collection for a part of the document, whose problems the caller may replace by one warning."""
        return Problems(self.source)

    @property
    def errors(self) -> list[FieldProblem]:
        """The problems that reject the file."""
        return [problem for problem in self.found if problem.code[0] == "E"]

    def add_as_warning(
        self, code: str, errors: Sequence[FieldProblem], outcome: str, hint: str | None = None
    ) -> None:
        """Adds the *errors* of a part as one warning at the position of the first; *outcome* names the dropped part."""
        message = f"{'; '.join(error.message for error in errors)}; {outcome}"
        hint = errors[0].hint or hint
        self.found.append(FieldProblem(code=code, path=errors[0].path, message=message, hint=hint))


def label(path: KeyPath) -> str:
    """The path as text: `related[3].webUrl`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{shortened(step)}" for step in path)
    return "".join(parts).lstrip(".")


# -- reported problems --------------------------------------------------------------------------------------


def located(found: Sequence[LocatedProblem | FieldProblem], source: Places) -> list[LocatedProblem]:
    """The problems with their positions; at most MAX_PROBLEMS, errors first, since they reject the file."""
    if len(found) <= MAX_PROBLEMS:
        return [_placed(one, source) for one in found]
    errors_first = sorted(found, key=lambda one: one.code[0] != "E")
    *reported, next_one = (_placed(one, source) for one in errors_first[: MAX_PROBLEMS + 1])
    message = (
        f"{MAX_PROBLEMS:,} problems are reported; this one and {len(found) - MAX_PROBLEMS - 1:,} more are not"
    )
    return [
        *reported,
        LocatedProblem(code="W216", line=next_one.line, column=next_one.column, message=message),
    ]


def _placed(problem: FieldProblem | LocatedProblem, source: Places) -> LocatedProblem:
    if isinstance(problem, LocatedProblem):
        return problem
    line, column = source.place(problem.path)
    return LocatedProblem(
        code=problem.code, line=line, column=column, message=problem.message, hint=problem.hint
    )


def finished(
    path: str,
    sha256: str,
    document: Document | None,
    found: Sequence[LocatedProblem],
    read_from: tuple[tuple[str, str], ...] = (),
) -> ParsedFile:
    """The result of reading a file; one error among the problems rejects it."""
    if any(problem.code[0] == "E" for problem in found):
        document = None
    key = _key(document)
    ordered = sorted(found, key=lambda problem: (problem.line, problem.column, problem.code))
    problems = tuple(_problem(problem, path, key) for problem in ordered)
    return ParsedFile(path=path, sha256=sha256, document=document, problems=problems, read_from=read_from)


def _key(document: Document | None) -> NodeKey | None:
    """The key of the article that the document becomes."""
    if not isinstance(document, ArticleDocument) or document.removed:
        return None
    return article_key(article_id(document.url))


def _problem(problem: LocatedProblem, path: str, key: NodeKey | None) -> Problem:
    code = CODES[problem.code]
    return Problem(
        code=code.code,
        severity=code.severity,
        message=problem.message,
        hint=problem.hint or code.correction,
        path=path,
        line=problem.line,
        column=problem.column,
        article=key,
    )
