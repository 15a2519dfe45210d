"""From bytes to text, and from a document and its problems to a `Reading`: what all kinds of files share."""

from __future__ import annotations

from collections.abc import Sequence

from graph_api.documents.codes import CODES
from graph_api.documents.document import ArticleDocument, Document, Reading
from graph_api.documents.fields import FieldProblem, Places
from graph_api.documents.limits import MAX_PROBLEMS
from graph_api.documents.yaml_exact import LocatedProblem
from graph_api.errors import InvalidFrontMatter
from graph_api.records import NodeKey, Problem, article_id, article_key


def decoded(data: bytes) -> str:
    """The text in *data*. Raises InvalidFrontMatter when it is not UTF-8, empty, or contains NUL."""
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        line, column = data.count(b"\n", 0, start) + 1, len(data[start : error.start].decode()) + 1
        byte = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InvalidFrontMatter("E130", line, byte, column) from None
    if not text.strip():
        raise InvalidFrontMatter("E120", 1, "the file is empty")
    if (at := text.find("\0")) >= 0:
        column = at - text.rfind("\n", 0, at)
        raise InvalidFrontMatter("E131", text.count("\n", 0, at) + 1, "the file contains NUL", column)
    return text


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
) -> Reading:
    """The result of reading a file; one error among the problems rejects it."""
    if any(problem.code[0] == "E" for problem in found):
        document = None
    key = _key(document)
    ordered = sorted(found, key=lambda problem: (problem.line, problem.column, problem.code))
    problems = tuple(_problem(problem, path, key) for problem in ordered)
    return Reading(path=path, sha256=sha256, document=document, problems=problems, read_from=read_from)


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
        hint=problem.hint or code.mend,
        path=path,
        line=problem.line,
        column=problem.column,
        article=key,
    )
