"""Words for building documents in tests."""

from __future__ import annotations

from graph_api.documents import ArticleDocument, ParsedFile, parse
from graph_api.documents.limits import MAX_PROBLEMS
from graph_api.records import Problem, Severity

_LONG = 1_000  # characters of a message

MINIMAL = {"title": "One", "webUrl": "https://example.com/one"}


def front_matter(**fields: str | None) -> str:
    """A document's text: a minimal article with these fields, each given as YAML; None leaves one out."""
    lines = "".join(f"{key}: {value}\n" for key, value in {**MINIMAL, **fields}.items() if value is not None)
    return f"---\n{lines}---\n"


def parsed_file(text: str | bytes, path: str = "_news/2023-03-15-one.md") -> ParsedFile:
    """The reading of a file with this text."""
    return parse(path, text if isinstance(text, bytes) else text.encode())


def read(**fields: str | None) -> ParsedFile:
    """The reading of a minimal article with these fields."""
    return parsed_file(front_matter(**fields))


def article(text: str | None = None, **fields: str | None) -> ArticleDocument:
    """The article that a text, or a minimal one with these fields, becomes."""
    found = parsed_file(text) if text is not None else read(**fields)
    assert isinstance(found.document, ArticleDocument), found.problems
    return found.document


def codes(found: ParsedFile) -> list[str]:
    """The codes of its problems, in their order."""
    return [problem.code for problem in found.problems]


def only(found: ParsedFile) -> Problem:
    """Its one problem."""
    (problem,) = found.problems
    return problem


def whole(found: ParsedFile) -> ParsedFile:
    """The reading, which says what is wrong if there is no document, each thing on one short line."""
    errors = [problem for problem in found.problems if problem.severity is Severity.ERROR]
    is_skipped = found.left_out is not None or codes(found) == ["W213"]
    assert (found.document is None) == bool(errors) or is_skipped, found.problems
    assert len(found.problems) <= MAX_PROBLEMS + 1
    for problem in found.problems:
        assert len(problem.message) < _LONG, problem
        assert "\n" not in problem.message, problem
    return found
