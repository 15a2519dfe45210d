"""Runs a plan: assembles the objects of an answer from records, each distinct record once per level."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import orjson

from graph_api.execution.apollo_trace import Trace
from graph_api.execution.encoding import SizeBudget, encoded, fragment, fragments, joined, pieces, texts
from graph_api.execution.fields import Batch, ByKey, Concatenated, Fetched
from graph_api.execution.plan import Form, Plan, Selection, Shape, Step
from graph_api.execution.row_cache import RowCache
from graph_api.records import Article, Provider, Topic
from graph_api.store.plans import Pause, Reads, Rights

T = TypeVar("T")

_NODES = (Article, Provider, Topic)  # they have keys
_PORTION_BYTES = 1_048_576  # of long texts, read and encoded together
_MANY = 2000  # objects of a concatenated list, assembled together


class Run(NamedTuple):
    """The inputs of one run of a plan: arguments by step number, rights, the maximum size, the cache of the
    revision, and the trace that records the steps, if any."""

    arguments: Sequence[object]
    rights: Rights
    budget: SizeBudget
    cache: RowCache
    trace: Trace | None = None


def answer(plan: Plan, root: object, run: Run) -> Reads[Any]:
    """The data of the answer; *root* is the parent of the root fields."""
    [made] = yield from _objects(plan.root, [root], run)
    return made


def _objects(selection: Selection, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """An object per record, in order."""
    shape = selection.uniform
    if shape is not None:
        return (yield from _alike(shape, records, run)) if shape.fetched else shape.build(records)
    groups: dict[type[Any], list[Any]] = {}
    for record in records:
        groups.setdefault(type(record), []).append(record)  # pyright: ignore[reportUnknownArgumentType] - any record
    if len(groups) == 1:
        return (yield from _alike(selection.of(records[0]), records, run))
    made: dict[int, Any] = {}
    for group in groups.values():
        objects = yield from _alike(selection.of(group[0]), group, run)
        made.update(zip(map(id, group), objects, strict=True))
    return [made[id(record)] for record in records]


def _alike(shape: Shape, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """An object per record; all have one shape."""
    columns: list[Sequence[Any]] = []
    if run.trace is not None:
        run.trace.attributes(shape.steps)
    for step in shape.fetched:
        if step.batch is not None and step.batch.slow:
            yield Pause(apart=True)
        ended = None if run.trace is None else run.trace.begin(step)
        columns.append((yield from _values(step, records, run)))
        if ended is not None:
            ended()
    return shape.build(records, *columns)


def _values(step: Step, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """The value of one field per record."""
    values: Fetched
    if step.batch is not None and step.batch.long:
        return (yield from _texts(step.batch, records, run, run.arguments[step.number]))
    if step.batch is not None:
        values = yield from step.batch.reads(records, run.rights, run.arguments[step.number])
    else:
        values = [getattr(record, step.attribute) for record in records]
    if step.below is not None:
        return (yield from _composed(step.below, values, run, many=step.many))
    assert not isinstance(values, ByKey | Concatenated), "records have fields"
    if step.enum:
        return [value.name if value is not None else None for value in values]
    return values


def _texts(batch: Batch, records: Sequence[Any], run: Run, argument: object) -> Reads[Sequence[Any]]:
    """Long values, read, encoded and counted in portions: together they may exceed the memory."""
    made: list[Any] = []
    begin = held = 0
    sizes = (yield from batch.sizes(records, run.rights)) if batch.sizes else ()
    for place, size in enumerate(sizes):
        if held and held + size > _PORTION_BYTES:
            some = yield from batch.values(records[begin:place], run.rights, argument)
            made += texts(some, run.budget.take)
            begin, held = place, 0
        held += size
    some = yield from batch.values(records[begin:], run.rights, argument)
    return [*made, *texts(some, run.budget.take)]


def _composed(below: Selection, values: Fetched, run: Run, *, many: bool) -> Reads[Sequence[Any]]:
    """The objects that are a field's values, with *many* the lists of objects."""
    if isinstance(values, Concatenated):
        return (yield from _concatenated(below, values, run))
    if not (many or isinstance(values, ByKey)) and _occur_once(values):
        return (yield from _objects(below, values, run))
    by_key = values if isinstance(values, ByKey) else _keyed(values, below, many=many)
    if by_key.lasting and below.form is not None and run.cache.is_shared and run.trace is None:
        return (yield from _cached(below, below.form, by_key, run))
    return (yield from _assembled(below, by_key, run))


def _occur_once(values: Sequence[Any]) -> bool:
    """Whether the values are non-null, pairwise distinct and not nodes."""
    if not values or None in values or isinstance(values[0], _NODES):
        return False
    return len(set(map(id, values))) == len(values)


def _keyed(values: Sequence[Any], below: Selection, *, many: bool) -> ByKey:
    """Records as `ByKey`: by the node's key if their objects can be cached, else by `id`."""
    flat = [each for each in (chain.from_iterable(values) if many else values) if each is not None]
    some = flat[:1] if below.uniform is not None else flat  # a story has the key of the article that leads it
    lasting = below.form is not None and bool(flat) and all(isinstance(each, _NODES) for each in some)
    key: Callable[[Any], Any] = attrgetter("key") if lasting else id
    records = dict(zip(map(key, flat), flat, strict=True))

    def rows(keys: Iterable[Any], rights: Rights) -> Reads[Mapping[Any, Any]]:
        del rights
        return {each: records[each] for each in keys}
        yield

    if many:
        lists = [[None if each is None else key(each) for each in value] for value in values]
        return ByKey(lists, rows, many=True, lasting=lasting)
    return ByKey([None if each is None else key(each) for each in values], rows, lasting=lasting)


def _cached(below: Selection, form: Form, values: ByKey, run: Run) -> Reads[Sequence[orjson.Fragment | None]]:
    """The values, encoded; objects that the cache lacks are assembled and cached."""
    distinct, before = values.distinct, run.budget.taken
    kind = (form.text, run.rights, *[run.arguments[number] for number in form.arguments])
    made = run.cache.objects(kind, distinct)
    if len(made) < len(distinct):
        records = yield from values.rows([key for key in distinct if key not in made], run.rights)
        objects = (yield from _objects(below, list(records.values()), run)) if records else ()
        new = dict(zip(records, map(encoded, objects), strict=True))
        run.cache.keep_objects(kind, new)
        made.update(new)
        run.budget.taken = before  # each counts as often as it occurs
    return (_joined if values.many else _placed)(made, values.keys, run.budget)


def _joined(
    made: dict[Any, bytes], lists: Sequence[Sequence[Any]], budget: SizeBudget
) -> list[orjson.Fragment | None]:
    made[None] = b"null"
    found: list[orjson.Fragment | None] = []
    for keys in lists:
        one = b"[" + b",".join([made[key] for key in keys]) + b"]"
        budget.take(len(one))
        found.append(orjson.Fragment(one))
    return found


def _placed(made: dict[Any, bytes], keys: Sequence[Any], budget: SizeBudget) -> list[orjson.Fragment | None]:
    budget.take(sum([len(made[key]) for key in keys if key in made]))
    fragments = dict(zip(made, map(orjson.Fragment, made.values()), strict=True))
    return [fragments.get(key) for key in keys]


def _assembled(below: Selection, values: ByKey, run: Run) -> Reads[Sequence[Any]]:
    """The values, encoded: each distinct object once."""
    before, distinct = run.budget.taken, values.distinct
    made: dict[Any, Any] = {}
    if distinct:
        records = yield from values.rows(distinct, run.rights)
        objects = (yield from _objects(below, list(records.values()), run)) if records else ()
        made.update(zip(records, objects, strict=True))
    occurs_once = values.many and sum(map(len, values.keys)) == len(made)
    if occurs_once and run.budget.defer(len(made)):
        return [[made[key] for key in keys] for keys in values.keys]
    run.budget.taken = before  # their parts are counted with them
    if occurs_once:
        return [fragment([made[key] for key in keys], run.budget.take) for keys in values.keys]
    made = _counted(made, chain.from_iterable(values.keys) if values.many else values.keys, run.budget)
    made[None] = None
    if values.many:
        return [[made[key] for key in keys] for keys in values.keys]
    return list(map(made.get, values.keys))


def _concatenated(below: Selection, values: Concatenated, run: Run) -> Reads[Sequence[Any]]:
    """The lists; their objects are assembled and encoded in portions."""
    records, lists, at = values.records, list[Any](), 0
    for count in values.counts:
        found: list[bytes] = []
        for start in range(at, at + count, _MANY):
            before = run.budget.taken
            objects = yield from _objects(below, records[start : min(start + _MANY, at + count)], run)
            run.budget.taken = before
            found += pieces(objects, run.budget.take)
        lists.append(joined(found))
        at += count
    return lists


def _counted(made: Mapping[T, Any], keys: Iterable[T], budget: SizeBudget) -> dict[T, Any]:
    """The objects, encoded, and counted once per occurrence of their *keys*."""
    before = budget.taken
    found = fragments(list(made.values()), budget.take)
    lengths = dict(zip(made, map(len, found), strict=True))
    budget.taken = before
    budget.take(sum([lengths.get(key, 0) for key in keys]))
    return dict(zip(made, map(orjson.Fragment, found), strict=True))
