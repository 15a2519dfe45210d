"""Problems between files, which no file shows alone."""

from __future__ import annotations

from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT
from graph_api.documents.values import shown
from graph_api.records import Problem, Severity

KEY_COLLISION = "E150"
UNKNOWN_TOPIC = "W220"
PARENT_CYCLE = "W221"
UNKNOWN_PARENT = "W222"
DUPLICATE_ARTICLE = "W223"
DUPLICATE_TAXONOMY = "W224"
MANY_NAMES = "W225"
DEAD_REFERENCE = "W226"


def duplicate(path: str, winner: str, what: str) -> Problem:
    """Two files describe one node."""
    return _problem(
        DUPLICATE_ARTICLE if what == "article" else DUPLICATE_TAXONOMY,
        path,
        f"describes the same {what} as {winner}, which wins",
        "remove one of the two files",
    )


def unknown_topic(path: str, name: str) -> Problem:
    """An article has a topic that the taxonomy of its folder does not know."""
    return _problem(
        UNKNOWN_TOPIC,
        path,
        f'topic "{name}" is not in the taxonomy',
        "add a file for it to _data/topics, or use one of the names there",
    )


def dead_reference(path: str, line: int, target: str) -> Problem:
    """The front matter lists a document that the folder does not hold."""
    return _problem(
        DEAD_REFERENCE,
        path,
        f"lists {shown(target)}, which is no document of the folder",
        "write the path, slug, title or address of a document, or remove the item",
        line,
    )


def unknown_parent(path: str, name: str) -> Problem:
    """A topic names a parent that has no file."""
    return _problem(
        UNKNOWN_PARENT,
        path,
        f'parent "{name}" is not in the taxonomy; the topic has no parent now',
        "parent is the name of another topic in _data/topics",
    )


def parent_cycle(path: str, name: str) -> Problem:
    """A topic is its own ancestor."""
    return _problem(
        PARENT_CYCLE,
        path,
        f'parent "{name}" is a descendant of this topic; the topic has no parent now',
        "a tree of topics needs a root: leave parent out there",
    )


def many_names(path: str, domain: str) -> Problem:
    """A provider has more names than an answer should hold."""
    return _problem(
        MANY_NAMES,
        path,
        f"provider {domain} has more other names than are kept: {MAX_ITEMS} of together {MAX_TEXT:,} characters",
        "call it by fewer names",
    )


def key_collision(path: str, identity: str, winner: str) -> Problem:
    """Two identities have one key; the graph omits the second."""
    return Problem(
        code=KEY_COLLISION,
        severity=Severity.ERROR,
        message=f"{identity} has the same key as {winner} and is omitted",
        hint="change one of the two by a query parameter",
        path=path,
        line=None,
        column=None,
    )


def _problem(code: str, path: str, message: str, hint: str, line: int | None = None) -> Problem:
    return Problem(
        code=code,
        severity=Severity.WARNING,
        message=message,
        hint=hint,
        path=path,
        line=line,
        column=None if line is None else 1,
    )
