"""The goals: how many times as fast as each peer our server is to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.bench.servers import COLD, FLOOR, IN_MEMORY, MERCURIUS, SQL, TEXTBOOK, WARM


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """On *question* with *connections*, *ours* is at least *least* times as fast as *peer*."""

    ours: str
    peer: str
    connections: int
    question: str
    least: float


def _row(ours: str, peer: str, connections: int, **least: float) -> list[Goal]:
    return [
        Goal(ours=ours, peer=peer, connections=connections, question=question, least=bound)
        for question, bound in least.items()
    ]


GOALS: Final[list[Goal]] = [
    *_row(COLD, TEXTBOOK, 1, Q2=30, Q3=120, Q4=10),
    *_row(COLD, TEXTBOOK, 64, Q1=45, Q2=100, Q3=200, Q4=30),
    *_row(COLD, MERCURIUS, 1, Q1=1.5, Q2=3, Q3=15, Q4=2),
    *_row(COLD, MERCURIUS, 64, Q1=2, Q2=6, Q3=15, Q4=4),
    *_row(COLD, IN_MEMORY, 1, Q1=0.65, Q2=0.65, Q3=0.65, Q4=0.65),
    *_row(COLD, IN_MEMORY, 64, Q1=0.65, Q2=0.65, Q3=0.65, Q4=0.65),
    *_row(COLD, FLOOR, 1, Q1=0.65),
    *_row(WARM, FLOOR, 1, Q1=0.7, Q2=0.7, Q3=0.7, Q4=0.7),
    *_row(WARM, FLOOR, 64, Q1=0.7, Q2=0.7, Q3=0.7, Q4=0.7),
    *_row(SQL, TEXTBOOK, 1, Q1=13, Q2=20, Q3=50),
]

MOST_MEMORY: Final = 0.3
"""Our peak memory under Q3 with 64 connections, as a share of textbook's."""
