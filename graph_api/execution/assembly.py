"""Runs a plan: from records to the objects of an answer, each distinct record assembled once per level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graph_api.execution.plan import Plan, Selection, Step
from graph_api.store.reads import Reads, Rights


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a plan has that the plan has not: the arguments, by step number, and the rights."""

    arguments: Sequence[object]
    rights: Rights


def answer(plan: Plan, root: object, run: Run) -> Reads[Any]:
    """The data of the answer, *root* being the top fields' parent; repeated objects are the same dict."""
    made = yield from _objects(plan.root, [root], run)
    return made[id(root)]


def _objects(selection: Selection, records: Sequence[Any], run: Run) -> Reads[dict[int, dict[str, Any]]]:
    """An object for each record, by its identity."""
    made: dict[int, dict[str, Any]] = {id(record): {} for record in records}
    for steps, group in _by_steps(selection, records):
        for step in steps:
            values = yield from _values(step, group, run)
            for record, value in zip(group, values, strict=True):
                made[id(record)][step.key] = value
    return made


def _by_steps(
    selection: Selection, records: Sequence[Any]
) -> Iterable[tuple[tuple[Step, ...], Sequence[Any]]]:
    groups: dict[int, tuple[tuple[Step, ...], list[Any]]] = {}
    for record in records:
        steps = selection.of(record)
        groups.setdefault(id(steps), (steps, []))[1].append(record)
    return groups.values()


def _values(step: Step, records: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    """The answer's value of one field, for each record."""
    if step.constant is not None:
        return [step.constant] * len(records)
    values: Sequence[Any]
    if step.batch is not None:
        values = yield from step.batch.reads(records, run.rights, run.arguments[step.number])
    else:
        values = [getattr(record, step.attribute) for record in records]
    if step.below is None:
        return [value.name if value is not None else None for value in values] if step.enum else values
    return (yield from _nested(step, step.below, values, run))


def _nested(step: Step, below: Selection, values: Sequence[Any], run: Run) -> Reads[Sequence[Any]]:
    found = (one for value in values for one in (value or ())) if step.many else values
    distinct = {id(one): one for one in found if one is not None}
    made: dict[int, Any] = {}
    if distinct:
        made.update((yield from _objects(below, list(distinct.values()), run)))
    if step.many:
        return [value if value is None else [made.get(id(one)) for one in value] for value in values]
    return [made.get(id(value)) for value in values]
