"""Generated stories: how many articles, who relates to whom, when, by whom, about what.

The numbers are those of the public sites this family of corpora comes from. The one decision worth
knowing: story sizes are drawn in strata, one from each slice of their distribution. A power law drawn
freely gave 17 to 43 relations an article in corpora of 5,000 (100 seeds); in strata it gives 25 to 37.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from graph_api.cli.generator.dice import Dice, Quantiles, cumulated
from graph_api.cli.generator.publishers import Publisher, Publishers

LARGEST = 260
LARGEST_CLIQUE = 180
ALONE = 0.597  # share of stories
ARTICLES_A_STORY = 3.73  # mean, follows from the distribution

_EXPONENT = 2.02
_STRATA = 1300
_OVERLAP = 0.08  # of stories with 20 to 180 articles: with the larger ones, about 1% of all with relations
_OVERLAP_FROM = 20
_SMALLEST_SHARE = 16  # no story holds more than 1/16 of the corpus

# size up to -> (share of stories with a single publisher, days between the first and the last article)
_Traits: TypeAlias = tuple[int, float, Quantiles]
_TRAITS: tuple[_Traits, ...] = (
    (2, 0.71, ((0, 0), (0.1, 0.02), (0.25, 0.8), (0.5, 6), (0.75, 60), (0.9, 173), (1, 360))),
    (3, 0.62, ((0, 0), (0.1, 0.8), (0.25, 2.6), (0.5, 7), (0.75, 92), (0.9, 180), (1, 400))),
    (5, 0.52, ((0, 0), (0.1, 3.6), (0.25, 6.2), (0.5, 14), (0.75, 140), (0.9, 283), (1, 450))),
    (15, 0.55, ((0, 5), (0.1, 8), (0.25, 15), (0.5, 200), (0.75, 370), (0.9, 440), (1, 520))),
    (50, 0.34, ((0, 7), (0.1, 8), (0.25, 14), (0.5, 190), (0.75, 370), (0.9, 445), (1, 500))),
    (LARGEST, 0, ((0, 28), (0.25, 160), (0.5, 470), (0.75, 505), (0.9, 515), (1, 520))),
)


class StorySizes:
    """Sizes of stories, in articles."""

    def __init__(self, dice: Dice, count: int) -> None:
        self._dice = dice
        self._count = count
        largest = max(2, min(LARGEST, count // _SMALLEST_SHARE))
        weights = [size**-_EXPONENT for size in range(2, largest + 1)]
        related = (1 - ALONE) / sum(weights)
        self._cumulative = cumulated([ALONE, *(weight * related for weight in weights)])
        self._strata = max(1, min(_STRATA, round(count / ARTICLES_A_STORY)))

    def __iter__(self) -> Iterator[int]:
        """Sizes that add up to the count; the last one is cut to fit."""
        left = self._count
        while left:
            for size in self._stratified():
                yield min(size, left)
                left -= min(size, left)
                if not left:
                    return

    def _stratified(self) -> list[int]:
        slices = [self._dice.within(self._cumulative, at, self._strata) for at in range(self._strata)]
        self._dice.shuffle(slices)
        return [1 + index for index in slices]


def cliques(dice: Dice, size: int) -> list[range]:
    """Places of a story's articles, clique by clique: mostly one, else 2 or 3 that share one article each."""
    if size <= LARGEST_CLIQUE and not (size >= _OVERLAP_FROM and dice.chance(_OVERLAP)):
        return [range(size)]
    if size > LARGEST_CLIQUE or dice.chance(0.5):
        ends = [0, size * 53 // 100, size * 77 // 100, size - 1]
    else:
        ends = [0, size * 3 // 4, size - 1]
    return [range(first, last + 1) for first, last in pairwise(ends)]


def publishers(dice: Dice, all_: Publishers, size: int) -> list[Publisher]:
    """Who published a story's articles; stories of a single publisher are mostly the site's own."""
    if size == 1:
        return [all_.drawn(0.59)]
    if dice.chance(_traits(size)[1]):
        return [all_.drawn(0.95 if size < 5 else 1)] * size
    return all_.two_at_least(size, 0.14 if size <= 50 else 0.07)


def days(dice: Dice, size: int, calendar_days: float) -> list[float]:
    """The publication times of a story's articles, unsorted, in days from the start of the corpus."""
    span = min(dice.along(_traits(size)[2]), calendar_days) if size > 1 else 0.0
    start = dice.fraction() * (calendar_days - span)
    drawn = [start, start + span, *(start + span * dice.fraction() for _ in range(size - 2))][:size]
    dice.shuffle(drawn)
    return drawn


def mates(place: int, in_cliques: list[range], size: int, most: int | None) -> set[int]:
    """The positions of the articles related to the one at *place*; a symmetric relation.

    Without *most*, all articles of its cliques. With it, the story's articles form a ring, in which each is related to
    those at distances up to most/2 within its cliques. If *most* is odd, each has one more partner across the
    ring, except one article of a ring of odd length.
    """
    own = [clique for clique in in_cliques if place in clique]
    if most is None or size - 1 <= most:
        everybody = {other for clique in own for other in clique}
        return everybody - {place}
    near = {(place + step) % size for step in range(-(most // 2), most // 2 + 1)}
    if most % 2:
        near.add(_opposite(place, size))
    return {other for other in near - {place} if any(other in clique for clique in own)}


def _opposite(place: int, size: int) -> int:
    """The partner across a ring of *size*; in an odd ring, the one article left over is its own."""
    half = size // 2
    if size % 2 == 0:
        return (place + half) % size
    turn = -2 * place % size  # steps of *half* visit the whole odd ring; this is the turn of *place*
    return (turn ^ 1) * half % size if turn ^ 1 < size else place


def _traits(size: int) -> _Traits:
    return next(traits for traits in _TRAITS if size <= traits[0])
