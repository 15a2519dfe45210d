"""Whether servers answer alike: the same question with the same variables must give equal JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.questions import QUESTIONS
from tests.bench.servers import FLOOR, Server

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with all the bodies of its load, and the sizes of their answers in bytes."""

    name: str
    bodies: Sequence[bytes]
    sizes: Sequence[int]

    @property
    def size(self) -> int:
        """The mean size of an answer."""
        return sum(self.sizes) // len(self.sizes)


def body(name: str, variables: Mapping[str, Any]) -> bytes:
    """The request that asks the question *name*."""
    return json.dumps({"query": QUESTIONS[name], "variables": variables}).encode()


def compared(name: str, bodies: Sequence[bytes], servers: Sequence[Server], most: int) -> list[int]:
    """The sizes of the answers to *bodies* once all servers are found to agree on the first *most* of them;
    `AssertionError` else."""
    sizes: list[int] = []
    first, *others = [server for server in servers if server.name != FLOOR]
    for place, one in enumerate(bodies):
        wanted, size = first.ask(one)
        assert "errors" not in wanted, f"{first.name} refuses {name}: {json.dumps(wanted['errors'])[:500]}"
        sizes.append(size)
        for server in others if place < most else ():
            answer, _ = server.ask(one)
            told = list(differences(wanted, answer))
            assert not told, _disagreement(name, one, first.name, server.name, told)
    return sizes


def _disagreement(name: str, body: bytes, first: str, other: str, told: Sequence[str]) -> str:
    lines = "\n".join(f"  {line}" for line in told[:_SHOWN])
    variables = json.dumps(json.loads(body)["variables"])[:200]
    return f"{name} {variables}: {first} (left) and {other} (right) differ in {len(told)} places\n{lines}"


def differences(left: Any, right: Any, path: str = "") -> Iterator[str]:
    """Where two JSON values differ, as `path: left | right`."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        for key in left:
            yield from differences(left[key], right[key], f"{path}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif left != right:
        yield f"{path}: {json.dumps(left)[:160]} | {json.dumps(right)[:160]}"
