"""Lists in pages: windows and cursors as clients give them, and the records behind connections.

A cursor is the sort key of an item, in JSON behind a checksum over itself and the list it belongs to, in
base64. So it stays good when articles come and go, and a cursor that is broken or comes from a list with
another order is told apart from a good one before anything is read.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from graph_api.errors import RequestError
from graph_api.records import NodeKey
from graph_api.store import sorting
from graph_api.store.filters import Filter
from graph_api.store.reads import (
    Counts,
    Item,
    ListKey,
    Lists,
    Order,
    Reads,
    Rights,
    Slice,
    SortKey,
    Window,
    ask,
)
from graph_api.store.sorting import ListKind, Step

MAX_PAGE = 100
DEFAULT_PAGE = 20
_CHECKSUM_BYTES = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """What a client asked of a list: filter, order and window."""

    kind: ListKind
    filter: Filter | None
    order: tuple[Order, ...]
    window: Window

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the sort keys of the list are made of, before the node's key."""
        return sorting.steps(self.kind, self.order)

    @property
    def seal(self) -> int:
        """What ties a cursor to the lists it is good for: their kind and their order."""
        return zlib.crc32(f"{self.kind.value} {self.order}".encode())


@dataclass(slots=True, eq=False)
class Connection:
    """One list of one parent; *page* is read once, when the first field that shows it is answered."""

    scope: ListKey
    listing: Listing
    page: Slice | None = field(default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One item of a page; *origin* is the article whose related list it is in."""

    item: Item
    seal: int
    origin: NodeKey | None

    @property
    def position(self) -> int | None:
        return self.item.position

    @property
    def cursor(self) -> str:
        return encode_cursor(self.item.sort, self.seal)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def listing(
    kind: ListKind,
    filter: Filter | None = None,
    order: tuple[Order, ...] = (),
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Listing:
    """The checked form of a connection's arguments. Raises RequestError for values that are not allowed."""
    sorting.steps(kind, order)
    if first is not None and last is not None:
        raise RequestError("first and last cannot be combined; give one of them", code="BAD_PAGE")
    size = _page_size("last", last) if last is not None else _page_size("first", first)
    listed = Listing(kind, filter, order, Window(size, backward=last is not None))
    window = replace(
        listed.window, after=_sort_key("after", after, listed), before=_sort_key("before", before, listed)
    )
    return replace(listed, window=window)


def _page_size(name: str, given: int | None) -> int:
    size = DEFAULT_PAGE if given is None else given
    if not 1 <= size <= MAX_PAGE:
        hint = "; leave out edges, nodes and pageInfo to ask for totalCount alone" if size == 0 else ""
        raise RequestError(f"{name} must be between 1 and {MAX_PAGE}; got {size}{hint}", code="BAD_PAGE")
    return size


def _sort_key(name: str, cursor: str | None, listed: Listing) -> SortKey | None:
    if cursor is None:
        return None
    try:
        return decode_cursor(cursor, listed)
    except ValueError:
        raise RequestError(
            f"{name} must be a cursor returned by the same field with the same orderBy; got {cursor[:40]!r}",
            code="BAD_CURSOR",
        ) from None


def encode_cursor(sort: SortKey, seal: int) -> str:
    """The cursor of the item with this sort key."""
    text = orjson.dumps(sort)
    return urlsafe_b64encode(zlib.crc32(text, seal).to_bytes(_CHECKSUM_BYTES) + text).decode().rstrip("=")


def decode_cursor(cursor: str, listed: Listing) -> SortKey:
    """The sort key *cursor* was made from. Raises ValueError when it is broken or of another list."""
    data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))  # binascii.Error is a ValueError
    text = data[_CHECKSUM_BYTES:]
    if zlib.crc32(text, listed.seal).to_bytes(_CHECKSUM_BYTES) != data[:_CHECKSUM_BYTES]:
        raise ValueError(cursor)
    values: object = orjson.loads(text)
    steps = listed.steps
    if not isinstance(values, list) or len(values) != len(steps) + 1:  # pyright: ignore[reportUnknownArgumentType] - any JSON
        raise ValueError(cursor)
    *sort, key = values  # pyright: ignore[reportUnknownVariableType] - any JSON
    if not all(_fits(value, step) for value, step in zip(sort, steps, strict=True)) or not _is_integer(key):
        raise ValueError(cursor)
    return tuple(values)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - checked above


def _fits(value: object, step: Step) -> bool:
    """Whether an item of the list could have this value."""
    if value is None:
        return step.is_nullable
    return isinstance(value, str) if step.is_text else _is_integer(value)


def _is_integer(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def pages(connections: Sequence[Connection], rights: Rights) -> Reads[list[Slice]]:
    """The pages of *connections*: one read for each listing among those not read before."""
    missing = [connection for connection in connections if connection.page is None]
    for asked, group in _alike(missing):
        scopes = tuple(dict.fromkeys(connection.scope for connection in group))
        found = yield from ask(Lists(scopes, rights, asked.window, asked.filter, asked.order))
        for connection in group:
            connection.page = found[connection.scope]
    return [connection.page for connection in connections if connection.page is not None]


def counts(connections: Sequence[Connection], rights: Rights) -> Reads[list[int]]:
    """How many items the whole lists have."""
    found: dict[int, int] = {}
    for asked, group in _alike(connections):
        scopes = tuple(dict.fromkeys(connection.scope for connection in group))
        sizes = yield from ask(Counts(scopes, rights, asked.filter))
        found.update({id(connection): sizes[connection.scope] for connection in group})
    return [found[id(connection)] for connection in connections]


def _alike(connections: Iterable[Connection]) -> Iterable[tuple[Listing, list[Connection]]]:
    """Connections in groups that one read can answer: of one listing, and so of one class of scope.

    Told apart by identity: all parents of one field share its listing, and hashing it costs more than the rest.
    """
    groups: dict[int, list[Connection]] = {}
    for connection in connections:
        groups.setdefault(id(connection.listing), []).append(connection)
    return ((group[0].listing, group) for group in groups.values())
