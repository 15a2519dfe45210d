"""Random choices that are equal on every machine and every Python from 3.11 on.

The one decision worth knowing: of `random.Random` only `random()` and the seeding are promised to stay;
`choice`, `shuffle` and the distributions may change. So everything here is made of `random()`, of basic
arithmetic (exact in IEEE 754, unlike `exp` or `log`), and of lists: nothing depends on a set's order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Quantiles: TypeAlias = Sequence[tuple[float, float]]
"""A distribution as (share, value): below *value* lies *share* of all draws; first share 0, last 1."""


class Dice:
    """A stream of choices, determined by the seed."""

    def __init__(self, seed: str) -> None:
        self._next = Random(seed).random  # noqa: S311  nothing here is a secret

    def chance(self, share: float) -> bool:
        """True in *share* (0..1) of all calls."""
        return self._next() < share

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._next()

    def below(self, bound: int) -> int:
        """An integer in 0..bound-1."""
        return int(self._next() * bound)

    def pick(self, choices: Sequence[T]) -> T:
        """One of *choices*, each with equal probability."""
        return choices[int(self._next() * len(choices))]

    def by_weight(self, cumulative: Sequence[int]) -> int:
        """An index with a probability proportional to its weight; see `cumulated`."""
        return bisect_right(cumulative, self._next() * cumulative[-1])

    def within(self, cumulative: Sequence[int], stratum: int, strata: int) -> int:
        """As `by_weight`, but drawn only from the slice *stratum* of *strata* equal ones."""
        return bisect_right(cumulative, (stratum + self._next()) / strata * cumulative[-1])

    def shuffle(self, items: list[T]) -> None:
        """Shuffle *items* in place (Fisher-Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def along(self, quantiles: Quantiles) -> float:
        """A value of the distribution, interpolated linearly between its points."""
        share = self._next()
        at = max(1, bisect_left(quantiles, (share,)))
        (low, start), (high, end) = quantiles[at - 1], quantiles[at]
        return start + (end - start) * (share - low) / (high - low)


def cumulated(weights: Iterable[float]) -> list[int]:
    """Running sums of *weights*, for `Dice.by_weight`.

    In units of 1e-9: whole numbers hide the last bit of `**`, in which C libraries differ.
    """
    return list(accumulate(round(weight * 1e9) for weight in weights))
