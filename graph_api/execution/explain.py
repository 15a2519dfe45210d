"""The measures and the plan of an operation as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from graph_api.execution.cost.measures import Measures
from graph_api.execution.plan import Plan, Selection, Step


def measured(measures: Measures, limits: Measures) -> Iterator[str]:
    """A line for each measure of an operation, beside its limit."""
    for one in fields(Measures):
        name = one.name.replace("_", " ")
        yield f"{name:<20} {getattr(measures, one.name):>7,} of {getattr(limits, one.name):,}"


def planned(plan: Plan) -> Iterator[str]:
    """The plan as a tree of fields, each with the way it is resolved."""
    yield from _selection(plan.root, 0)


def _selection(selection: Selection, depth: int) -> Iterator[str]:
    for name, shape in selection.shapes.items():
        if selection.uniform is None:
            yield f"{'  ' * depth}... on {name}"
        for step in shape.steps:
            yield f"{'  ' * (depth + (selection.uniform is None))}{step.key}  {_answered(step)}"
            if step.below is not None:
                yield from _selection(step.below, depth + 1 + (selection.uniform is None))


def _answered(step: Step) -> str:
    if step.constant is not None:
        return "constant"
    if step.asks_schema is not None:
        return "the schema's answer"
    if step.batch is None:
        return "column" if step.below is None else "record"
    fetch = step.batch.fetch
    return f"batch {fetch.__module__.rpartition('.')[2]}.{fetch.__name__}"
