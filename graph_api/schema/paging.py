"""Pagination: the arguments of connections, cursors, and the records behind connections and edges.

A cursor is the `Place` of an item in base64: a checksum (over the rest, the version of the format and the order of the
list), the keys of the preceding items, and the sort key as JSON. Content may change between two pages. A cursor that is
malformed, or was made for another order, is refused before the first read.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from struct import pack, unpack_from
from typing import TypeAlias

import numpy as np
import orjson

from graph_api.errors import RequestError
from graph_api.records import NodeKey
from graph_api.schema import matching, ranking
from graph_api.schema.ranking import RANKED, RankedList, RankedScope
from graph_api.store import sorting
from graph_api.store.column_filters import fitting
from graph_api.store.columns import Columns, Indexes
from graph_api.store.filters import Filter, size
from graph_api.store.lists import (
    PRECEDING,
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    Item,
    ListKey,
    Order,
    OrderField,
    Place,
    Slice,
    SortValue,
    Window,
)
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import Counts, Lists, Members
from graph_api.store.sorting import ListKind, SortTerm

Scope: TypeAlias = ListKey | RankedScope

MAX_PAGE = 100
_HEAVY = 1_000_000  # articles times conditions from which on a filter takes too long for the event loop
DEFAULT_PAGE = 20
_CHECKSUM_BYTES = 4
_FROM_START = 0x80  # flag beside the number of preceding keys
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_MAX_TEXT = 200  # characters of a title or name in a cursor: they only count when its item has been removed
_VERSION = 2  # of the format of cursors: those of another version are refused


@dataclass(frozen=True, slots=True)
class Listing:
    """The checked arguments of a connection.

    *terms* is what its sort keys are made of, before the node's key. *seal* goes into the checksum of its cursors: they
    are valid for all lists with this seal.
    """

    filter: Filter | None
    order: tuple[Order, ...]
    window: Window
    terms: tuple[SortTerm, ...]
    seal: int

    @property
    def ranked(self) -> RankedList | None:
        """The list, if a score orders it that no store sorts by."""
        if not self.order or self.order[0].field not in RANKED:
            return None
        return RankedList(self.filter, self.order[0], self.window)


@dataclass(slots=True, eq=False)
class Connection:
    """A list of one parent. Its *page* is read once, by the first field that needs it."""

    scope: Scope
    listing: Listing
    page: Slice | None = field(default=None)
    _cursors: Cursors | None = field(default=None)

    def cursor(self, index: int) -> str:
        """The cursor of the item at *index* of the page that was read."""
        if self._cursors is None:
            assert self.page is not None, "cursors are asked of pages that were read"
            self._cursors = Cursors(self.page, self.listing)
        return self._cursors.at(index)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The item at *index* of a connection's page."""

    item: Item
    index: int
    connection: Connection

    @property
    def position(self) -> int | None:
        return self.item.position

    @property
    def cursor(self) -> str:
        return self.connection.cursor(self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    """The position of a page in its list."""

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
    terms = sorting.sort_terms(kind, order)
    _check_ranked(filter, order)
    if first is not None and last is not None:
        raise RequestError("first and last cannot be combined; give one of them", code="BAD_PAGE")
    size = _page_size("last", last) if last is not None else _page_size("first", first)
    seal = zlib.crc32(f"{_VERSION} {kind.value} {order}".encode())
    listed = Listing(filter, order, Window(size, backward=last is not None), terms, seal)
    window = replace(
        listed.window, after=_place("after", after, listed), before=_place("before", before, listed)
    )
    return replace(listed, window=window)


def _check_ranked(filter: Filter | None, order: Sequence[Order]) -> None:
    ranked = next((term for term in order if term.field in RANKED), None)
    if ranked is None:
        return
    name = ranked.field.name
    if len(order) > 1:
        raise RequestError(f"orderBy {name} must be the only criterion")
    if not ranked.descending and ranked.field is not OrderField.PAGE_RANK:
        raise RequestError(f"orderBy {name} must have the direction DESC")
    if ranked.field is OrderField.RELEVANCE and matching.ranked_by(filter) is None:
        raise RequestError(
            "orderBy RELEVANCE needs filter.search, outside of or and not: its scores are the order"
        )


def _page_size(name: str, given: int | None) -> int:
    size = DEFAULT_PAGE if given is None else given
    if not 0 <= size <= MAX_PAGE:
        raise RequestError(f"{name} must be between 0 and {MAX_PAGE}; got {size}", code="BAD_PAGE")
    return size


def _place(name: str, cursor: str | None, listed: Listing) -> Place | None:
    if cursor is None:
        return None
    try:
        return decode_cursor(cursor, listed)
    except ValueError:
        raise RequestError(
            f"{name} must be a cursor returned by the same field with the same orderBy; got {cursor[:40]!r}",
            code="BAD_CURSOR",
        ) from None


class Cursors:
    """The cursors of one page. Its keys are packed once, because each cursor contains several of them."""

    def __init__(self, page: Slice, listed: Listing) -> None:
        self._page, self._seal = page, listed.seal
        self._most, self._known = sorting.remembered(listed.terms), len(page.preceding)
        self._has_texts = any(term.is_text for term in listed.terms)
        self._packed = pack(f">{len(page.preceding) + len(page.keys)}Q", *page.preceding, *page.keys)

    def at(self, index: int) -> str:
        """The cursor of the item at *index*."""
        page, known = self._page, self._known + index
        count = min(self._most, known)
        head = count | _FROM_START if page.from_start and known == count else count
        keys = self._packed[8 * (known - count) : 8 * known]
        sort = (index, page.keys[index]) if page.given is None else page.given[index].sort
        if self._has_texts:
            sort = tuple([value[:_MAX_TEXT] if isinstance(value, str) else value for value in sort])
        return encoded(b"%c%b%b" % (head, keys, orjson.dumps(sort)), self._seal)


def encoded(payload: bytes, seal: int) -> str:
    """The text of a cursor for the lists with this seal."""
    checksum = zlib.crc32(payload, seal).to_bytes(_CHECKSUM_BYTES)
    return b2a_base64(checksum + payload, newline=False).translate(_URLSAFE, b"=").decode()


def decode_cursor(cursor: str, listed: Listing) -> Place:
    """The place that *cursor* was made from. Raises ValueError when it is malformed or belongs to another list."""
    data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))  # binascii.Error is a ValueError
    payload = data[_CHECKSUM_BYTES:]
    if not payload or zlib.crc32(payload, listed.seal).to_bytes(_CHECKSUM_BYTES) != data[:_CHECKSUM_BYTES]:
        raise ValueError(cursor)
    count, end = payload[0] & ~_FROM_START, 1 + 8 * (payload[0] & ~_FROM_START)
    if count > PRECEDING or len(payload) < end:
        raise ValueError(cursor)
    preceding = unpack_from(f">{count}Q", payload, 1)
    values: object = orjson.loads(payload[end:])
    if not isinstance(values, list):
        raise ValueError(cursor)  # noqa: TRY004 - what callers expect of any malformed cursor
    sort: list[SortValue] = values  # pyright: ignore[reportUnknownVariableType] - any JSON, checked below
    terms = listed.terms
    fits = len(sort) == len(terms) + 1 and all(map(_fits, sort[:-1], terms))
    if not fits or not all(map(_is_integer, (sort[-1], *preceding))):
        raise ValueError(cursor)
    return Place(tuple(sort), tuple(map(NodeKey, preceding)), bool(payload[0] & _FROM_START))


def _fits(value: object, term: SortTerm) -> bool:
    """Whether an item of the list could have this value."""
    if value is None:
        return term.is_nullable
    return isinstance(value, str) if term.is_text else _is_integer(value)


def _is_integer(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def pages(connections: Sequence[Connection], rights: Rights) -> Reads[list[Slice]]:
    """The pages of *connections*. One read for each listing; pages that were read before are not read again."""
    missing = [connection for connection in connections if connection.page is None]
    for asked, group in _alike(missing):
        stored, ranked = _scopes(group)
        found: dict[Scope, Slice] = {}
        if stored and asked.ranked is not None:
            found.update((yield from ranking.pages(stored, asked.ranked, rights)).items())
        elif stored:
            filter = yield from matching.answered(asked.filter, rights)
            found.update((yield from ask(Lists(stored, rights, asked.window, filter, asked.order))).items())
        for scope in ranked:
            found[scope] = yield from ranking.page(scope, asked.filter, asked.window, rights)
        for connection in group:
            connection.page = found[connection.scope]
    return [connection.page for connection in connections if connection.page is not None]


def counts(connections: Sequence[Connection], rights: Rights) -> Reads[list[int]]:
    """The lengths of the whole lists."""
    found: dict[tuple[Scope, int], int] = {}
    for asked, group in _alike(connections):
        stored, ranked = _scopes(group)
        if stored:
            filter = yield from matching.answered(asked.filter, rights)
            sizes = yield from ask(Counts(stored, rights, filter))
            found.update({(scope, id(asked)): size for scope, size in sizes.items()})
        for scope in ranked:
            found[scope, id(asked)] = (yield from ranking.whole(scope, asked.filter, rights)).count()
    return [found[one.scope, id(one.listing)] for one in connections]


def members(
    connections: Sequence[Connection], columns: Columns, rights: Rights
) -> Reads[list[Indexes | None]]:
    """The articles of the whole lists, as indexes in *columns*, in any order; None for the list of all articles."""
    found: dict[tuple[Scope, int], Indexes | None] = {}
    for asked, group in _alike(connections):
        stored, ranked = _scopes(group)
        for own in ranked:
            whole = yield from ranking.whole(own, asked.filter, rights)
            found[own, id(asked)] = columns.indexes(whole.keys())
        filter = (yield from matching.answered(asked.filter, rights)) if stored else None
        for scope in stored:
            found[scope, id(asked)] = yield from _members(scope, filter, columns, rights)
    return [found[one.scope, id(one.listing)] for one in connections]


def _members(
    scope: ListKey, filter: Filter | None, columns: Columns, rights: Rights
) -> Reads[Indexes | None]:
    assert not isinstance(scope, AllProviders | AllTopics | AllProblems), "a list of articles"
    if isinstance(scope, AllArticles):
        if filter is None:
            return None
        yield from ask(Pause(apart=len(columns.keys) * size(filter) > _HEAVY))
        mask = fitting(columns, filter)
        if mask is not None:
            return np.flatnonzero(mask)
    return columns.indexes((yield from ask(Members(scope, rights, filter))))


def _scopes(connections: Iterable[Connection]) -> tuple[tuple[ListKey, ...], list[RankedScope]]:
    """The distinct lists of *connections*: those that the store keeps, and others."""
    scopes = dict.fromkeys(connection.scope for connection in connections)
    ranked = [scope for scope in scopes if isinstance(scope, RankedScope)]
    return tuple([scope for scope in scopes if not isinstance(scope, RankedScope)]), ranked


def _alike(connections: Iterable[Connection]) -> Iterable[tuple[Listing, list[Connection]]]:
    """Connections grouped by listing, so that one read answers each group.

    Compared by identity: all parents of one field share its listing, and hashing it would cost more than the rest.
    """
    groups: dict[int, list[Connection]] = {}
    for connection in connections:
        groups.setdefault(id(connection.listing), []).append(connection)
    return ((group[0].listing, group) for group in groups.values())
