"""Splits a file into front matter and body: YAML, TOML, JSON, header lines as Pelican has them, or none.

YAML is loaded as in native documents; JSON and TOML by handlers of python-frontmatter (its own for TOML needs a package
that is no longer kept, so this one loads with tomllib).
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from frontmatter.default_handlers import BaseHandler, JSONHandler

from graph_api.documents import yaml_exact, yaml_fast
from graph_api.documents.front_matter import Path, Source
from graph_api.documents.limits import MAX_DEPTH, MAX_VALUES
from graph_api.documents.values import is_list, is_mapping, shown
from graph_api.documents.yaml_exact import LocatedProblem, Node
from graph_api.errors import InvalidFrontMatter

_YAML = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"^\+\+\+[ \t]*$\n?", re.MULTILINE)
_HEADER = re.compile(r"(?:[A-Za-z][\w-]*:[ \t]+\S.*(?:\n|\Z)(?:[ \t]+\S.*(?:\n|\Z))*){2,}")
_HEADER_LINE = re.compile(r"([A-Za-z][\w-]*):[ \t]+(\S.*(?:\n[ \t]+\S.*)*)")
_TAGGED = "tags are not supported: !"  # a lone `!` says that the value is a text


class TextSource:
    """Finds the line of a top-level key in front matter that is not YAML."""

    exact_was_used = False

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._first_line = first_line

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the first step of *path*; of the front matter when it is not found."""
        key = re.escape(str(path[0])) if path else ""
        found = re.search(rf"^[ \t{{,]*[\"']?({key})[\"']?\s*[:=]", self._text, re.MULTILINE) if key else None
        if found is None:
            return self._first_line, 1
        line = self._text.count("\n", 0, found.start(1))
        return self._first_line + line, found.start(1) - self._text.rfind("\n", 0, found.start(1))

    def source_text(self, path: Path) -> str | None:
        """None: values have their types in the text."""
        del path
        return None

    def node(self, path: Path) -> Node | None:
        """None: there are no nodes."""
        del path
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A file's mapping (empty without front matter), None when it is invalid; its body, and the body's first line."""

    mapping: dict[Any, object] | None
    body: str
    body_line: int
    problems: tuple[LocatedProblem, ...]
    source: Source | TextSource
    is_headers: bool = False


class TomlHandler(BaseHandler):
    """TOML between two lines of `+++`."""

    FM_BOUNDARY = _TOML
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """The table; dates as text in ISO 8601."""
        return _plain(tomllib.loads(fm))


def split(text: str) -> Front:
    """The front matter and body of *text*. Raises InvalidFrontMatter when TOML or JSON is invalid or too large."""
    lead = len(text) - len(text.lstrip("\n"))
    text, first_line = text[lead:], lead + 1
    if (found := _YAML.match(text)) is not None:
        return _yaml(found[1], text[found.end() :], first_line + 1)
    if text.startswith("+++") and len(_TOML.findall(text)) > 1:
        return _loaded(TomlHandler(), text, first_line)
    if text.startswith("{") and (end := _end_of_json(text)):
        return _json(text[:end], text[end:], first_line)
    if (found := _HEADER.match(text)) is not None:
        return _headers(found[0], text[found.end() :], first_line)
    return Front(mapping={}, body=text, body_line=first_line, problems=(), source=TextSource("", first_line))


# -- YAML -------------------------------------------------------------------------------------------------


def _yaml(text: str, body: str, line: int) -> Front:
    found = yaml_fast.read(text)
    exact = None if found else yaml_exact.read(text, line, last_counts=True)
    value = found[0] if found else yaml_exact.value_of(exact.root if exact else None)
    problems = [] if exact is None else _lenient(exact.problems)
    if not problems and value is None:  # nothing but comments
        value = dict[Any, object]()
    mapping = value if is_mapping(value) else None
    if mapping is None and not problems:
        message = f"the front matter must be a mapping of keys to values, not {shown(value)}"
        raise InvalidFrontMatter("E124", line, message)
    return Front(
        mapping=None if any(one.code[0] == "E" for one in problems) else mapping,
        body=body,
        body_line=line + text.count("\n") + 1,
        problems=tuple(problems),
        source=Source(text, line, exact),
    )


def _lenient(problems: tuple[LocatedProblem, ...]) -> list[LocatedProblem]:
    """A key given twice is a warning, since generators take the last one; a lone `!` is none."""
    return [
        LocatedProblem(
            code="W217",
            line=one.line,
            column=one.column,
            message=f"{one.message}; the last one counts",
        )
        if one.code == "E125"
        else one
        for one in problems
        if not (one.code == "E128" and one.message == _TAGGED)
    ]


# -- other forms -------------------------------------------------------------------------------------------


def _loaded(handler: BaseHandler, text: str, line: int) -> Front:
    try:
        front, body = handler.split(text)
        mapping = handler.load(front)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line ([0-9]+)", str(error))
        at = line + (int(found[1]) if found else 0)
        raise InvalidFrontMatter("E123", at, f"invalid TOML: {error}") from None
    return _front(mapping, body, line + 1, front)


def _json(text: str, body: str, line: int) -> Front:
    try:
        mapping = JSONHandler().load(text)
    except json.JSONDecodeError as error:
        raise InvalidFrontMatter(
            "E123", line + error.lineno - 1, f"invalid JSON: {error.msg}", error.colno
        ) from None
    except RecursionError:
        raise InvalidFrontMatter(
            "E129", line, f"values are nested more than {MAX_DEPTH} levels deep"
        ) from None
    return _front(mapping, body.removeprefix("\n"), line, text)


def _end_of_json(text: str) -> int:
    """The index after the object that *text* begins with: the first line that is a closing brace; 0 without one."""
    found = re.compile(r"^\}[ \t]*$", re.MULTILINE).search(text)
    if found is None and text.partition("\n")[0].rstrip().endswith("}"):
        return len(text.partition("\n")[0])
    return 0 if found is None else found.end()


def _headers(text: str, body: str, line: int) -> Front:
    mapping: dict[Any, object] = {}
    for found in _HEADER_LINE.finditer(text):
        mapping[found[1].lower()] = " ".join(found[2].split())
    front = _front(mapping, body, line, text)
    return Front(
        mapping=front.mapping,
        body=body,
        body_line=line + text.count("\n"),
        problems=(),
        source=front.source,
        is_headers=True,
    )


def _front(mapping: Any, body: str, line: int, text: str) -> Front:
    if _size(mapping, MAX_DEPTH) > MAX_VALUES:
        raise InvalidFrontMatter(
            "E114", line, f"front matter may have at most {MAX_VALUES:,} keys and values"
        )
    body_line = line + text.count("\n") + 1
    return Front(mapping=mapping, body=body, body_line=body_line, problems=(), source=TextSource(text, line))


def _size(value: object, depth: int) -> int:
    """The number of keys and values; a value that is nested too deeply counts as too many."""
    if depth < 0:
        raise InvalidFrontMatter(
            "E129", 1, f"lists and mappings may be nested at most {MAX_DEPTH} levels deep"
        )
    if is_mapping(value):
        return 1 + sum(1 + _size(item, depth - 1) for item in value.values())
    return 1 + sum(_size(item, depth - 1) for item in value) if is_list(value) else 1


def _plain(value: Any) -> Any:
    """TOML's value with dates and times as text."""
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_list(value):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value
