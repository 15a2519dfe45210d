"""Who publishes generated news, and where: names, domains, addresses. All domains end in `.example`.

One publisher, the site's own, has by far the most articles; how often the others occur falls with their
rank. The number of others grows with the corpus, so that at any size 43% of the domains occur once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from graph_api.cli.generator.dice import Dice, cumulated
from graph_api.cli.generator.wording import NAME_ENDS, NAME_STARTS, NAME_TAILS

SITE = "https://everyday.example/lattice"

_OTHERS_SHARE = 0.57  # of all articles
_FLATTENED_HEAD = 4  # the most frequent publishers are nearer to each other than Zipf says
_EXPONENT = 1.2  # with that head, a line through log count over log rank has the slope 1.02
_RAREST = 0.36  # articles to be expected of the last rank: then 43% of the domains seen occur once
_NAMES = len(NAME_STARTS) * len(NAME_ENDS) * (len(NAME_TAILS) + 1)
_FEWEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A provider; *rank* 0 is the site's own, then the more frequent first."""

    rank: int
    name: str
    domain: str

    @property
    def has_logo(self) -> bool:
        """Its articles show a logo: the first and about 28% of the others."""
        return self.rank * 2 % 7 < 2

    @property
    def has_amp(self) -> bool:
        """Its articles have AMP pages too: 3 of 8, the first not."""
        return self.rank > 0 and self.rank * 3 % 8 < 3

    def logo(self, base: str, side: int) -> str:
        """The address of a square logo, *side* in pixels."""
        return f"{base}/assets/images/organizations/{self.domain}-{side}x{side}.jpg"

    def url(self, slug: str, number: int, day: datetime) -> str:
        """Where the article stands. *slug* or *number* makes it unique; a few keep their id in the query."""
        host = self.domain
        if self.rank % 50 == 13:
            return f"https://news.{host}/article.aspx?ArticleID={number}"
        if self.rank % 9 == 4:
            return f"https://www.{host}/Business/{slug.title()}"
        return (
            f"https://www.{host}/blog/{slug}/",
            f"https://{host}/{day:%Y/%m/%d}/{slug}/",
            f"https://www.{host}/news/technology/{slug}.html",
            f"https://www.{host}/{day:%Y/%m}/story/{slug}",
        )[self.rank % 4]


class Publishers:
    """The publishers of a corpus of *count* articles."""

    def __init__(self, dice: Dice, count: int) -> None:
        self._dice = dice
        self._others = cumulated(_weights(count * _OTHERS_SHARE))
        self._at = lru_cache(maxsize=4096)(publisher)

    def drawn(self, first_share: float) -> Publisher:
        """A publisher, in *first_share* (0..1) of all calls the site's own."""
        if self._dice.chance(first_share):
            return self._at(0)
        return self._at(1 + self._dice.by_weight(self._others))

    def two_at_least(self, size: int, first_share: float) -> list[Publisher]:
        """*size* publishers, not all the same."""
        drawn = [self.drawn(first_share) for _ in range(size)]
        while all(other is drawn[0] for other in drawn):
            drawn[-1] = self.drawn(first_share)
        return drawn


def publisher(rank: int) -> Publisher:
    """The publisher of this rank: name and domain are a function of it."""
    if rank == 0:
        return Publisher(rank=0, name="Lattice", domain="lattice.example")
    start, end = rank % len(NAME_STARTS), rank // len(NAME_STARTS)
    tail, end = end // len(NAME_ENDS), (end + rank) % len(NAME_ENDS)
    words = [NAME_STARTS[start], NAME_ENDS[end], *([NAME_TAILS[tail - 1]] if tail else [])]
    return Publisher(rank=rank, name=" ".join(words), domain="".join(words).lower() + ".example")


def _weights(articles: float) -> list[float]:
    weights: list[float] = []
    total = 0.0
    while len(weights) < _NAMES - 1:
        weight = (len(weights) + 1 + _FLATTENED_HEAD) ** -_EXPONENT
        total += weight
        weights.append(weight)
        if len(weights) >= _FEWEST and articles * weight / total < _RAREST:
            break
    return weights
