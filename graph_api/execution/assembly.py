"""Runs a plan: from records to the objects of an answer, each distinct record assembled once per level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

import orjson

from graph_api.execution.batch import ByKey, Fetched, Strung, values_of
from graph_api.execution.encoding import fragment, fragments, in_pieces, joined, pieces
from graph_api.execution.plan import Plan, Selection, Shape, Step
from graph_api.execution.space import Space
from graph_api.store.reads import Reads, Rights

T = TypeVar("T")

_MANY = 2000  # objects in one field's lists that are encoded as soon as made, even where few were expected


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a plan has that the plan has not: the arguments, by step number, the rights, and the
    space that its answer has.

    *piecewise* is for large answers: the objects of lists are encoded as soon as they are made.
    """

    arguments: Sequence[object]
    rights: Rights
    space: Space
    piecewise: bool = False


def answer(plan: Plan, root: object, run: Run) -> Reads[Any]:
    """The data of the answer, *root* being the top fields' parent; repeated objects are the same dict."""
    [made] = yield from _objects(plan.root, [root], run)
    return made


def _objects(selection: Selection, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """An object for each record, in their order."""
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
    """An object for each record, all of one shape."""
    columns: list[Sequence[Any]] = []
    for step in shape.fetched:
        columns.append((yield from _values(step, records, run)))  # noqa: PERF401 - no yield in comprehensions
    return shape.build(records, *columns)


def _values(step: Step, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """The answer's value of one field, for each record."""
    values: Fetched
    if step.batch is not None:
        values = yield from step.batch.reads(records, run.rights, run.arguments[step.number])
        if step.batch.long:
            run.space.take_texts(values_of(values))
    else:
        values = [getattr(record, step.attribute) for record in records]
    if isinstance(values, ByKey):
        return (yield from _by_key(step.below, values, run))
    if isinstance(values, Strung):
        return (yield from _strung(step.below, values, run))
    if step.below is None and step.enum:
        return [value.name if value is not None else None for value in values]
    if step.below is None:
        return in_pieces(values) if run.piecewise else values
    if step.many:
        return (yield from _lists(step.below, values, run))
    return (yield from _singles(step.below, values, run))


def _by_key(below: Selection | None, values: ByKey, run: Run) -> Reads[Sequence[Any]]:
    assert below is not None, "what has a key has fields"
    if not values.records:
        return values_of(values)
    before = run.space.taken
    objects = yield from _objects(below, list(values.records.values()), run)
    made: dict[Any, Any] = dict(zip(values.records, objects, strict=True))
    if not values.many:
        if run.space.taken > before and run.space.is_much(before, len(values.keys)):
            made = _counted(made, values.keys, len(values.keys), before, run)
        made[None] = None
        return [made[key] for key in values.keys]
    standing = sum(map(len, values.keys))
    if run.piecewise or (standing > len(made) and _is_encoded(before, standing, run)):
        if standing == len(made):  # nothing stands twice: lists at once
            run.space.taken = before
            return [fragment([made[key] for key in keys], run.space.take) for keys in values.keys]
        made = _counted(made, chain.from_iterable(values.keys), standing, before, run)
    return [[made[key] for key in keys] for keys in values.keys]


def _strung(below: Selection | None, values: Strung, run: Run) -> Reads[Sequence[Any]]:
    """The lists; those of a large answer are made and encoded some objects at a time."""
    assert below is not None, "records have fields"
    records, lists, at = values.records, list[Any](), 0
    if not run.piecewise:
        each = iter((yield from _objects(below, records, run)))
        return [list(islice(each, count)) for count in values.counts]
    for count in values.counts:
        found: list[bytes] = []
        for start in range(at, at + count, _MANY):
            before = run.space.taken
            objects = yield from _objects(below, records[start : min(start + _MANY, at + count)], run)
            run.space.taken = before
            found += pieces(objects, run.space.take)
        lists.append(joined(found))
        at += count
    return lists


def _singles(below: Selection, values: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    distinct = dict(zip(map(id, values), values, strict=True))
    distinct.pop(id(None), None)
    if not distinct:
        return values
    before = run.space.taken
    objects = yield from _objects(below, list(distinct.values()), run)
    made: dict[int, Any] = dict(zip(distinct, objects, strict=True))
    if run.space.taken > before and run.space.is_much(before, len(values)):
        made = _counted(made, map(id, values), len(values), before, run)
    return list(map(made.get, map(id, values)))


def _lists(below: Selection, values: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    flat = list(chain.from_iterable(values))
    distinct = dict(zip(map(id, flat), flat, strict=True))
    distinct.pop(id(None), None)
    if not distinct:
        return values
    before = run.space.taken
    objects = yield from _objects(below, list(distinct.values()), run)
    made: dict[int, Any] = dict(zip(distinct, objects, strict=True))
    if run.piecewise or (len(flat) > len(made) and _is_encoded(before, len(flat), run)):
        if len(made) == len(flat):  # nothing stands twice: whole lists may be encoded
            run.space.taken, each = before, iter(objects)
            return [fragment(list(islice(each, len(value))), run.space.take) for value in values]
        made = _counted(made, map(id, flat), len(flat), before, run)
    return [list(map(made.get, map(id, value))) for value in values]


def _is_encoded(before: int, standing: int, run: Run) -> bool:
    """Whether objects that stand several times in lists are encoded now: they may make the answer large."""
    return standing > _MANY or run.space.is_much(before, standing)


def _counted(made: Mapping[T, Any], keys: Iterable[T], standing: int, before: int, run: Run) -> dict[T, Any]:
    """The objects encoded, and counted as often as their *keys* stand in the answer, *standing* times in all.
    *before* them so much was taken: what they hold is counted with them."""
    space = run.space
    space.taken = before
    found = fragments(list(made.values()), space.take)
    lengths = dict(zip(made, map(len, found), strict=True))
    if not (run.piecewise and space.is_little(max(lengths.values()) * standing)):
        space.taken = before
        space.take(sum([lengths.get(key, 0) for key in keys]))
    return dict(zip(made, map(orjson.Fragment, found), strict=True))
