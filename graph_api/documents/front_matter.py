"""A file's text -> its raw mapping and body, through python-frontmatter with a handler of ours.

Fast where that is safe (`yaml_fast`), exact where it must be (`yaml_exact`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from graph_api.documents import scalars, yaml_exact, yaml_fast
from graph_api.documents.source import Source
from graph_api.documents.texts import shown
from graph_api.documents.yaml_exact import Exact, Fault
from graph_api.errors import InvalidFrontMatter

_MAX_QUOTED_DASHES = 8
_MAX_VALUES_AGAIN = 10_000  # what holds more is not read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a YAML text says, None when it cannot be read; and the text read exactly, where it had to be."""

    value: object
    exact: Exact | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the text."""
        return self.exact.faults if self.exact else ()


def load(text: str, first_line: int = 1) -> Loaded:
    """What the YAML *text* says.

    What the fast path refuses is read exactly: that tells what is wrong, and where.
    """
    found = yaml_fast.read(text)
    if found is not None:
        return Loaded(value=found[0])
    exact = yaml_exact.read(text, first_line)
    return Loaded(value=scalars.value_of(exact.root), exact=exact)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file's raw mapping, None when its YAML is broken; its body; and the way back to the text."""

    mapping: dict[Any, object] | None
    body: str
    faults: tuple[Fault, ...]
    source: Source


def split(text: str) -> FrontMatter:
    """The front matter and body of *text*; `InvalidFrontMatter` when there is none.

    Where a line of dashes turns out to stand inside a quoted text, the next one closes.
    """
    first = front = _split_at(text, 0)
    for skipped in range(1, _MAX_QUOTED_DASHES + 1):
        if not _is_worth_another_try(front):
            return front
        try:
            front = _split_at(text, skipped)
        except InvalidFrontMatter:
            break
    return first if front.faults else front


def _split_at(text: str, skipped: int) -> FrontMatter:
    leading = len(text) - len(text.lstrip())
    handler = FastHandler(text.count("\n", 0, leading) + 1, skipped)
    _, body = frontmatter.parse(text, handler=handler)
    return _front(handler.text, handler.first_line + 1, handler.loaded, body)


def _is_worth_another_try(front: FrontMatter) -> bool:
    """Whether it ends within quotes, and is not large."""
    in_quotes = any(fault.code == "E123" and "quoted scalar" in fault.message for fault in front.faults)
    return in_quotes and front.source.exact.values <= _MAX_VALUES_AGAIN


def whole(text: str) -> FrontMatter:
    """The front matter that a YAML file is."""
    text = text.replace("\r\n", "\n")
    text = text if text.endswith("\n") else f"{text}\n"  # the last line of a block text ends in one too
    return _front(text, 1, load(text), "")


def _front(text: str, line: int, loaded: Loaded, body: str) -> FrontMatter:
    mapping = loaded.value if scalars.is_mapping(loaded.value) else None
    if mapping is None and not loaded.faults:
        raise InvalidFrontMatter(
            "E124", line, f"this must be a mapping of keys to values, not {shown(loaded.value)}"
        )
    source = Source(text, line, loaded.exact)
    return FrontMatter(mapping=mapping, body=body, faults=loaded.faults, source=source)


class FastHandler(YAMLHandler):
    """python-frontmatter's YAML handler with our split and our loader; made for one text.

    Afterwards `text` is the front matter, and `loaded` what it says.
    """

    def __init__(self, first_line: int, skipped: int) -> None:
        super().__init__()
        self.first_line = first_line
        self.text = ""
        self.loaded = Loaded(value=None)
        self._skipped = skipped

    def split(self, text: str) -> tuple[str, str]:
        """Front matter and body: between two lines of three dashes, and after them.

        Skipped lines of dashes are indented, as YAML wants it inside a quoted text; this changes no value.
        """
        start = _after_opening(text)
        if start < 0:
            raise InvalidFrontMatter(
                "E121", self.first_line, "the file does not start with a line of three dashes"
            )
        closing = next(islice(_closings(text, start), self._skipped, None), None)
        if closing is None:
            raise InvalidFrontMatter(
                "E122", self.first_line, "no line of three dashes closes the front matter"
            )
        inner, body = text[start : closing[0]], text[closing[1] :]
        return (inner.replace("\n---", "\n ---") if self._skipped else inner), body

    def load(self, fm: str, **_: object) -> Any:  # Any: the library types it so
        """What the front matter says."""
        self.text = fm
        self.loaded = load(fm, self.first_line + 1)
        return self.loaded.value


def _after_opening(text: str) -> int:
    """Where the line after the opening dashes starts; -1 when there are none."""
    end = text.find("\n")
    return end + 1 if end >= 0 and text[:end].rstrip() == "---" else -1


def _closings(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Each line of dashes: where it starts, and where the text after it does."""
    at = text.find("\n---", start - 1)
    while at >= 0:
        end = text.find("\n", at + 1)
        end = len(text) if end < 0 else end
        if not text[at + 4 : end].strip():
            yield at + 1, end + 1
        at = text.find("\n---", at + 1)
