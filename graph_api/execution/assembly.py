"""Runs a plan: from records to the objects of an answer, each distinct record assembled once per level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from graph_api.execution.batch import ByKey, Fetched, values_of
from graph_api.execution.encoding import fragment, fragments, in_pieces
from graph_api.execution.plan import Plan, Selection, Shape, Step
from graph_api.store.reads import Reads, Rights


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a plan has that the plan has not: the arguments, by step number, and the rights.

    *piecewise* is for large answers: the objects of lists are encoded as soon as they are made.
    """

    arguments: Sequence[object]
    rights: Rights
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
    else:
        values = [getattr(record, step.attribute) for record in records]
    if isinstance(values, ByKey):
        return (yield from _by_key(step.below, values, run))
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
    objects = yield from _objects(below, list(values.records.values()), run)
    made = dict(zip(values.records, objects, strict=True))
    if not values.many:
        made[None] = None
        return [made[key] for key in values.keys]
    if run.piecewise and sum(map(len, values.keys)) == len(made):  # nothing stands twice: lists at once
        return [fragment([made[key] for key in keys]) for keys in values.keys]
    if run.piecewise:
        made = dict(zip(made, fragments(objects), strict=True))
    return [[made[key] for key in keys] for keys in values.keys]


def _singles(below: Selection, values: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    distinct = dict(zip(map(id, values), values, strict=True))
    distinct.pop(id(None), None)
    if not distinct:
        return values
    objects = yield from _objects(below, list(distinct.values()), run)
    made = dict(zip(distinct, objects, strict=True))
    return list(map(made.get, map(id, values)))


def _lists(below: Selection, values: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    flat = list(chain.from_iterable(values))
    distinct = dict(zip(map(id, flat), flat, strict=True))
    distinct.pop(id(None), None)
    if not distinct:
        return values
    objects = yield from _objects(below, list(distinct.values()), run)
    if run.piecewise and len(distinct) == len(flat):  # nothing stands twice: whole lists may be encoded
        each = iter(objects)
        return [fragment(list(islice(each, len(value)))) for value in values]
    made: dict[int, Any] = dict(zip(distinct, fragments(objects) if run.piecewise else objects, strict=True))
    return [list(map(made.get, map(id, value))) for value in values]
