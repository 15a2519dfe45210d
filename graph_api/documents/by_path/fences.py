"""Splits a file into front matter and body: YAML, TOML, JSON, header lines as Pelican has them, or none.

YAML is loaded as in native documents; TOML and JSON by handlers of python-frontmatter (its own for TOML needs a package
that is no longer maintained, so this one uses tomllib). As lenient as site generators: `...` closes YAML too, the last of
equal keys counts, and text between two lines of dashes that is not a mapping belongs to the body.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from frontmatter.default_handlers import BaseHandler, JSONHandler

from graph_api.documents import yaml_exact, yaml_fast
from graph_api.documents.by_path.places import Form, TextSource
from graph_api.documents.front_matter import YamlSource
from graph_api.documents.limits import MAX_DEPTH, MAX_TEXT_FRONT, MAX_VALUES
from graph_api.documents.values import is_deeper, is_list, is_mapping
from graph_api.documents.yaml_exact import Exact, LocatedProblem
from graph_api.errors import InvalidFrontMatter

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_YAML = re.compile(r"---[ \t]*\n")
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_YAML_KEY = re.compile(r"[\w\"'][^\n:#]*:(?:\s|\Z)")
_TOML = re.compile(r"^\+\+\+[ \t]*$\n?", re.MULTILINE)
_TOML_PLACE = re.compile(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")
_TOML_KEY = re.compile(r"[ \t]*([\w-]+)[ \t]*=")
_TOML_DEEP = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}")
_MAX_EQUAL_KEYS = 10
_JSON = re.compile(r"\{\s*[\"}]")
_HALF = r"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LONE_SURROGATE = re.compile(rf"{_HALF}(?!\\u[dD][c-fC-F])|(?<!{_HALF})\\u[dD][c-fC-F]")
_MAX_DIGITS = 4_000  # Python refuses to read longer numbers
_HEADER = re.compile(
    r"(?:[A-Za-z][\w-]{0,60}:(?:[ \t][^\n]*+)?+(?:\n|\Z)(?:[ \t]+[^\s][^\n]*+(?:\n|\Z))*+)++(?=[ \t]*(?:\n|\Z))"
)
_HEADER_LINE = re.compile(r"^([A-Za-z][\w-]{0,60}):((?:[ \t][^\n]*)?(?:\n[ \t]+[^\n]+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A file's mapping (empty without front matter), None when it is invalid; its *text* and the *line* where that starts.

    *body_line* is the line of the file where *body* starts.
    """

    mapping: dict[Any, object] | None
    text: str
    line: int
    body: str
    body_line: int
    problems: tuple[LocatedProblem, ...]
    source: YamlSource | TextSource
    is_headers: bool = False


def split(text: str) -> Front:
    """The front matter and body of *text*.

    Raises InvalidFrontMatter when front matter has no end, and when TOML or JSON is invalid or too large.
    """
    start = found.end() if (found := _BLANK_LINES.match(text)) else 0
    line = text.count("\n", 0, start) + 1
    text = text[start:]
    if text.startswith("---") and (opening := _YAML.match(text)) is not None:
        return _yaml(text, opening.end(), line) or _without(text, line)
    if text.startswith("+++") and _TOML.match(text) is not None:
        return _toml(text, line)
    if text.startswith("{") and _JSON.match(text) is not None:
        return _json(text, line)
    headers = _HEADER.match(text, 0, MAX_TEXT_FRONT) if text[:1].isalpha() else None
    if headers is not None and headers.end() < MAX_TEXT_FRONT:
        return _headers(headers[0], text[headers.end() :], line) or _without(text, line)
    return _without(text, line)


def _without(text: str, line: int) -> Front:
    return Front(
        mapping={},
        text="",
        line=line,
        body=text,
        body_line=line,
        problems=(),
        source=TextSource("", line, Form.HEADERS, {}),
    )


# -- YAML -------------------------------------------------------------------------------------------------


def _yaml(whole: str, start: int, line: int) -> Front | None:
    """YAML front matter; None when the text between the dashes is not a mapping, or the dashes are a rule of the page."""
    end = _YAML_END.search(whole, start)
    if end is None:
        if _YAML_KEY.match(whole, start) is None:  # the dashes are a rule of the page
            return None
        raise InvalidFrontMatter("E122", line, "no line of three dashes closes the front matter")
    text, line = whole[start : end.start()], line + 1
    value, exact = _yaml_value(text, line)
    problems = () if exact is None else exact.problems
    if value is None and not problems:  # nothing but comments
        value = dict[Any, object]()
    mapping = value if is_mapping(value) else None
    if mapping is None and not problems:
        return None
    return Front(
        mapping=None if any(one.code[0] == "E" for one in problems) else mapping,
        text=text,
        line=line,
        body=whole[end.end() :],
        body_line=line + text.count("\n") + 1,
        problems=problems,
        source=YamlSource(text, line, exact),
    )


def _yaml_value(text: str, line: int) -> tuple[object, Exact | None]:
    """The value of the YAML *text*, and what the exact reader found where it was needed."""
    found = yaml_fast.read(text)
    if found is not None and not is_deeper(found[0], MAX_DEPTH):
        return found[0], None
    exact = yaml_exact.read(text, line, lenient=True)
    return yaml_exact.value_of(exact.root), exact


# -- TOML and JSON -----------------------------------------------------------------------------------------


class TomlHandler(BaseHandler):
    """TOML between two lines of `+++`."""

    FM_BOUNDARY = _TOML
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """The table; dates as text in ISO 8601."""
        return _plain(tomllib.loads(fm))


class ObjectHandler(JSONHandler):
    """One JSON object at the start of a text, in any layout. `repeated` are the keys that occur twice."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated: list[str] = []

    def split(self, text: str) -> tuple[str, str]:
        """The object as text, and what follows it."""
        _, end = json.JSONDecoder(parse_int=_integer).raw_decode(text[:MAX_TEXT_FRONT])
        return text[:end], text[end:]

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """The object; of equal keys the last one."""
        loaded = super().load(fm, object_pairs_hook=self._mapping, parse_int=_integer)
        return _plain(_whole(loaded) if _LONE_SURROGATE.search(fm) else loaded)

    def _mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            self.repeated += [key for key, count in counts.items() if count > 1]
        return mapping


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < _MAX_DIGITS else digits


def _toml(whole: str, line: int) -> Front:
    handler = TomlHandler()
    opening = _TOML.match(whole)
    if opening is None or _TOML.search(whole, opening.end()) is None:
        raise InvalidFrontMatter("E122", line, "no line of +++ closes the front matter")
    text, body = handler.split(whole)
    line += 1
    _check_size(text, line)
    if (deep := _TOML_DEEP.search(text)) is not None:
        raise _too_deep(line + text.count("\n", 0, deep.start()))
    problems: list[LocatedProblem] = []
    loaded = text
    while True:
        try:
            mapping = handler.load(loaded)
            break
        except RecursionError:
            raise _too_deep(line) from None
        except ValueError as error:  # numbers of thousands of digits too
            shorter = _without_repeated(loaded, str(error), line, problems)
            if shorter is None:
                raise _invalid_toml(str(error), line, text) from None
            loaded = shorter
    return _front(mapping, text, body, line, Form.TOML, (), problems)


def _without_repeated(text: str, error: str, line: int, problems: list[LocatedProblem]) -> str | None:
    """*text* without the first of two equal keys, each on one line, with its warning added; None for other *error*s."""
    found = _TOML_PLACE.search(error)
    if not error.startswith("Cannot overwrite a value") or found is None or len(problems) == _MAX_EQUAL_KEYS:
        return None
    lines = text.split("\n")
    at = int(found[1] or 1) - 1
    key = _TOML_KEY.match(lines[at])
    before = (number for number in range(at - 1, -1, -1) if key and _names(lines[number], key[1]))
    first = next(before, None)
    if key is None or first is None:
        return None
    message = f"key {key[1]} is already in line {line + first}; the last one counts"
    problems.append(LocatedProblem(code="W217", line=line + at, column=key.start(1) + 1, message=message))
    lines[first] = ""
    return "\n".join(lines)


def _names(line: str, key: str) -> bool:
    found = _TOML_KEY.match(line)
    return found is not None and found[1] == key


def _invalid_toml(error: str, line: int, text: str) -> InvalidFrontMatter:
    found = _TOML_PLACE.search(error)
    at, column = (int(found[1]) - 1, int(found[2])) if found and found[1] else (text.rstrip().count("\n"), 1)
    return InvalidFrontMatter("E123", line + at, f"invalid TOML: {_TOML_PLACE.sub('', error)}", column)


def _json(whole: str, line: int) -> Front:
    handler = ObjectHandler()
    try:
        text, body = handler.split(whole)
        mapping = handler.load(text)
    except json.JSONDecodeError as error:
        is_cut = len(whole) > MAX_TEXT_FRONT and (
            error.pos >= MAX_TEXT_FRONT - 1 or error.msg.startswith("Unterminated")
        )
        if is_cut:
            raise _too_large(line) from None
        message = f"invalid JSON: {error.msg}"
        raise InvalidFrontMatter("E123", line + error.lineno - 1, message, error.colno) from None
    except RecursionError:
        raise _too_deep(line) from None
    problems = _lone_surrogates(text, line)
    return _front(mapping, text, body.removeprefix("\n"), line, Form.JSON, handler.repeated, problems)


def _lone_surrogates(text: str, line: int) -> list[LocatedProblem]:
    """A warning at the first half of a surrogate pair in *text*."""
    found = _LONE_SURROGATE.search(text)
    if found is None:
        return []
    line += text.count("\n", 0, found.start())
    column = found.start() - text.rfind("\n", 0, found.start())
    message = "a lone surrogate, which is not a character, is replaced by U+FFFD"
    return [LocatedProblem(code="W209", line=line, column=column, message=message)]


def _whole(value: Any) -> Any:
    """*value* with lone surrogates replaced by U+FFFD."""
    if is_mapping(value):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if is_list(value):
        return [_whole(item) for item in value]
    return (
        value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if isinstance(value, str)
        else value
    )


# -- header lines ------------------------------------------------------------------------------------------


def _headers(text: str, body: str, line: int) -> Front | None:
    """Lines of `Key: value`; None when they are text: they have no title, and no date beside another key."""
    mapping: dict[Any, object] = {}
    repeated: list[str] = []
    for found in _HEADER_LINE.finditer(text):
        key = found[1].lower()
        if key in mapping:
            repeated.append(key)
        mapping[key] = " ".join(found[2].split())
    if "title" not in mapping and ("date" not in mapping or len(mapping) == 1):
        return None
    return _front(mapping, text, body, line, Form.HEADERS, repeated)


# -- what they share ---------------------------------------------------------------------------------------


def _front(
    mapping: dict[str, object],
    text: str,
    body: str,
    line: int,
    form: Form,
    repeated: Iterable[str] = (),
    problems: Iterable[LocatedProblem] = (),
) -> Front:
    _check_values(mapping, line)
    source = TextSource(text, line, form, mapping)
    has_end = form is not Form.HEADERS
    return Front(
        mapping=mapping,
        text=text,
        line=line,
        body=body,
        body_line=line + text.count("\n") + has_end,
        problems=(*problems, *islice(source.repeated(repeated), _MAX_EQUAL_KEYS)),
        source=source,
        is_headers=form is Form.HEADERS,
    )


def _check_size(text: str, line: int) -> None:
    if len(text) > MAX_TEXT_FRONT:
        raise _too_large(line)


def _too_large(line: int) -> InvalidFrontMatter:
    message = f"front matter in TOML or JSON may have at most {MAX_TEXT_FRONT:,} characters"
    return InvalidFrontMatter("E114", line, message)


def _too_deep(line: int) -> InvalidFrontMatter:
    message = f"lists and mappings may be nested at most {MAX_DEPTH} levels deep"
    return InvalidFrontMatter("E129", line, message)


def _check_values(mapping: object, line: int) -> None:
    if is_deeper(mapping, MAX_DEPTH):
        raise _too_deep(line)
    if _size(mapping) > MAX_VALUES:
        message = f"front matter may have at most {MAX_VALUES:,} keys and values"
        raise InvalidFrontMatter("E114", line, message)


def _size(value: object) -> int:
    """The number of keys and values in *value*."""
    if is_mapping(value):
        return 1 + sum(1 + _size(item) for item in value.values())
    return 1 + sum(map(_size, value)) if is_list(value) else 1


def _plain(value: Any) -> Any:
    """*value* with dates and times as text, and with neither infinity nor NaN, which JSON cannot hold."""
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_list(value):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
