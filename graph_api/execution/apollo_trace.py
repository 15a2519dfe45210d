"""Traces the duration of each field for federated gateways, in Apollo's format `ftv1`.

The message is `Trace` of Apollo's reports.proto, in base64:
https://www.apollographql.com/docs/graphos/reference/federation/federated-tracing. A plan computes a field for all
objects of a level at once, so every list has one item in the trace, with the times of all.

Why no protobuf library: five small messages are written and never read. A library would need code generated from
Apollo's file and a matching runtime, to replace the few lines of wire format at the end.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from graph_api.execution.plan import Step

Formatted: TypeAlias = Mapping[str, Any]  # an error as GraphQL formats it
ResponsePath: TypeAlias = tuple[str | int, ...]

_NS = 1_000_000_000


@dataclass(slots=True, eq=False)
class _Node:
    """A field (by response key), an item of a list (by index), or the root."""

    key: str | int = ""
    name: str = ""
    type: str = ""
    parent_type: str = ""
    start_ns: int = 0
    end_ns: int = 0
    errors: list[Formatted] = field(default_factory=list[Formatted])
    below: dict[str | int, _Node] = field(default_factory=dict[str | int, "_Node"])


class Trace:
    """Times of the steps of one plan, from now on."""

    def __init__(self) -> None:
        self._root = _Node()
        self._objects: dict[tuple[str, ...], ResponsePath] = {
            (): ()
        }  # by the path of a field, that of its objects
        self._began_at_ns = time.time_ns()
        self._began_ns = time.perf_counter_ns()

    def attributes(self, steps: Iterable[Step]) -> None:
        """Record those of the *steps* that take no time."""
        for step in steps:
            if not step.is_fetched:
                self.begin(step)()

    def begin(self, step: Step) -> Callable[[], None]:
        """Record the start of *step*; call the result at its end."""
        path: ResponsePath = (*self._objects[step.path[:-1]], step.key)
        self._objects[step.path] = (*path, 0) if step.many else path
        node = self._at(path)
        node.name, node.type, node.parent_type = step.node.name.value, step.type_name, step.parent_type
        node.start_ns = node.start_ns or self._since_ns()

        def ended() -> None:
            node.end_ns = self._since_ns()

        return ended

    def ended(self, errors: Iterable[Formatted]) -> str:
        """The trace until now, with the *errors* of the response, in base64."""
        for error in errors:
            self._at(error.get("path", ())).errors.append(error)
        duration_ns = self._since_ns()
        message = (
            _message(3, _moment(self._began_at_ns + duration_ns))
            + _message(4, _moment(self._began_at_ns))
            + _number(11, duration_ns)
            + _message(14, _node(self._root))
        )
        return base64.b64encode(message).decode()

    def _since_ns(self) -> int:
        return time.perf_counter_ns() - self._began_ns

    def _at(self, path: Iterable[str | int]) -> _Node:
        node = self._root
        for key in path:
            if key not in node.below:
                node.below[key] = _Node(key)
            node = node.below[key]
        return node


# -- the messages, each with the numbers that its fields have in reports.proto -------------------------------


def _node(node: _Node) -> bytes:
    renamed = isinstance(node.key, str) and node.key != node.name
    return b"".join(
        [
            _tag(2, 0) + _varint(node.key) if isinstance(node.key, int) else _text(1, node.key),
            _text(3, node.type),
            _number(8, node.start_ns),
            _number(9, node.end_ns),
            *(_message(11, _error(each)) for each in node.errors),
            *(_message(12, _node(each)) for each in node.below.values()),
            _text(13, node.parent_type),
            _text(14, node.name if renamed else ""),
        ]
    )


def _error(error: Formatted) -> bytes:
    locations = (_number(1, each["line"]) + _number(2, each["column"]) for each in error.get("locations", ()))
    sources = b"".join(_message(2, each) for each in locations)
    return _text(1, error["message"]) + sources + _text(4, orjson.dumps(error).decode())


def _moment(at_ns: int) -> bytes:
    return _number(1, at_ns // _NS) + _number(2, at_ns % _NS)


# -- the wire format: https://protobuf.dev/programming-guides/encoding ---------------------------------------


def _number(field: int, value: int) -> bytes:
    return _tag(field, 0) + _varint(value) if value else b""


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode()) if value else b""


def _message(field: int, content: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(content)) + content


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    """A varint: seven bits per byte, lowest first; all bytes but the last have the highest bit set."""
    made = bytearray()
    while value > 127:  # noqa: PLR2004 - seven bits
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)
