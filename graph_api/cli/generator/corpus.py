"""The articles of a generated corpus: every story drawn, scored and related."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from graph_api.cli.generator import stories
from graph_api.cli.generator.article import GeneratedArticle, GeneratedImage, GeneratedSummary
from graph_api.cli.generator.dice import Dice
from graph_api.cli.generator.publishers import Publisher, Publishers
from graph_api.cli.generator.taxonomy import ROOT, TOPICS
from graph_api.cli.generator.wording import Subject, Wording, slug
from graph_api.errors import UsageError

QUALITIES = (
    (0, 0),
    (0.05, 5),
    (0.25, 28),
    (0.5, 52),
    (0.75, 76),
    (0.95, 98),
    (0.99, 114),
    (0.999, 130),
    (1, 190),
)
HEAT_A_RELATED = 20
PUBLISHED_ALONE, PUBLISHED_RELATED = 70, 50  # the least quality at which a lead is published

_LAST = datetime(2021, 8, 29, 5, 9, tzinfo=UTC)
_ARTICLES_A_DAY = 250 / 30.44
_MOST_DAYS = 40 * 365.25  # from 120,000 articles on there are more a day instead of an ever earlier start
_EXTRA_TOPICS = list(accumulate((716, 230, 44, 10)))  # articles with 0, 1, 2, 3 topics beside the root
_IMAGES = list(accumulate((465, 531, 4)))  # articles with 0, 1, 2 images
_IMAGE_SIZES = ((1200, 630), (700, 450), (1200, 675), (1280, 720), (647, 450), (1024, 576), (956, 330))
_TOPIC_WEIGHTS = list(accumulate(topic.weight for topic in TOPICS))
_AMP = 0.97  # share of the articles of publishers that have AMP pages
_REPRINTED = 0.04  # share of articles with title and slug of another one in their story
_NAMED_NEXT_DAY = 0.1  # share of files whose name has another date than the article
_ORIGINAL_URL, _ORIGINAL_DIFFERS = 0.64, 0.02
_IMAGE_TITLED = 0.39
_CIPHER_BLOCKS = (15, 15, 17, 17, 23, 25)  # of 16 bytes
_IV_BYTES = 16


def articles(count: int, seed: int = 0, max_related: int | None = None) -> Iterator[GeneratedArticle]:
    """*count* articles, story by story; the same arguments give the same articles.

    *max_related* bounds the length of lists; relations stay mutual, since a story's articles then form a ring and
    relate to the nearest (see `stories.mates`). Nothing else changes, except heat and
    published, which follow from the relations.
    """
    if count < 1:
        raise UsageError(f"a corpus needs at least 1 article; got {count}")
    if max_related is not None and max_related < 0:
        raise UsageError(f"an article has 0 or more related articles, not {max_related}")
    return _Corpus(count, seed).articles(max_related)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """The title and slug of an article; reprints share them."""

    title: str
    slug: str


class _Corpus:
    """Draws articles; *_number* of them so far."""

    def __init__(self, count: int, seed: int) -> None:
        self._dice = Dice(f"graph-api generate {seed}")
        self._seed = seed
        self._sizes = stories.StorySizes(self._dice, count)
        self._publishers = Publishers(self._dice, count)
        self._wording = Wording(self._dice)
        self._days = min(count / _ARTICLES_A_DAY, _MOST_DAYS)
        self._number = 0

    def articles(self, max_related: int | None) -> Iterator[GeneratedArticle]:
        for size in self._sizes:
            cliques = stories.cliques(self._dice, size)
            yield from _related(self._story(size), cliques, max_related)

    def _story(self, size: int) -> list[GeneratedArticle]:
        """The articles of one story, not yet related, each under a file name of its own."""
        subject = self._wording.subject()
        topics = self._topics_of_story()
        publishers = stories.publishers(self._dice, self._publishers, size)
        made: list[GeneratedArticle] = []
        names: list[_Name] = []
        taken: set[str] = set()
        for publisher, day in zip(publishers, stories.days(self._dice, size, self._days), strict=True):
            self._number += 1
            moment = _LAST - timedelta(seconds=int(86_400 * (self._days - day)))
            path, name = self._called(moment, subject, names, taken)
            taken.add(path)
            names.append(name)
            made.append(self._article(path, name, self._summary(name, moment, publisher, subject), topics))
        return made

    def _called(
        self, moment: datetime, subject: Subject, names: Sequence[_Name], taken: set[str]
    ) -> tuple[str, _Name]:
        """A path that is not *taken*, and the name: another article's now and then, otherwise a new one."""
        day = moment + timedelta(days=self._dice.chance(_NAMED_NEXT_DAY))
        if names and self._dice.chance(_REPRINTED):
            name = self._dice.pick(names)
            path = f"_news/{day:%Y-%m-%d}-{name.slug}.md"
            if path not in taken:
                return path, name
        title = self._wording.title(subject)
        name = _Name(title=title, slug=f"{slug(title)}-{self._number:x}")
        return f"_news/{day:%Y-%m-%d}-{name.slug}.md", name

    def _summary(
        self, name: _Name, moment: datetime, publisher: Publisher, subject: Subject
    ) -> GeneratedSummary:
        own_slug = f"{slug(name.title)}-{self._number:x}"  # reprints share a file's slug, never a URL
        has_amp = publisher.has_amp and self._dice.chance(_AMP)
        amp_url = f"https://www.{publisher.domain}/google-amp/{own_slug}/"
        cdn = f"https://www-{publisher.domain.replace('.', '-')}.amp-cdn.example/c/s/"
        return GeneratedSummary(
            number=self._number,
            title=name.title,
            excerpt=self._wording.excerpt(subject),
            published_date_time=moment,
            web_url=publisher.url(own_slug, self._number, moment),
            amp_web_url=amp_url if has_amp else None,
            cdn_amp_web_url=cdn + amp_url.removeprefix("https://") if has_amp else None,
            provider=publisher,
            quality=int(self._dice.along(QUALITIES)),
            images=tuple(self._image(publisher, name) for _ in range(self._dice.by_weight(_IMAGES))),
        )

    def _article(
        self, path: str, name: _Name, summary: GeneratedSummary, topics: Sequence[str]
    ) -> GeneratedArticle:
        extra = self._dice.by_weight(_EXTRA_TOPICS)
        return GeneratedArticle(
            path=path,
            summary=summary,
            original_url=self._original_url(summary, name),
            heat=-1,
            published=False,
            topics=(ROOT.name, *topics[:extra]),
            secured=self._secured(),
            related=(),
        )

    def _original_url(self, summary: GeneratedSummary, name: _Name) -> str | None:
        if not self._dice.chance(_ORIGINAL_URL):
            return None
        if not self._dice.chance(_ORIGINAL_DIFFERS):
            return summary.web_url
        return f"https://feeds.{summary.provider.domain}/{summary.number}/{name.slug}"

    def _topics_of_story(self) -> list[str]:
        """Three different topics; each article of the story takes the first few."""
        drawn: list[str] = []
        while len(drawn) < len(_EXTRA_TOPICS) - 1:
            name = TOPICS[self._dice.by_weight(_TOPIC_WEIGHTS)].name
            if name not in drawn:
                drawn.append(name)
        return drawn

    def _image(self, publisher: Publisher, name: _Name) -> GeneratedImage:
        width, height = self._dice.pick(_IMAGE_SIZES)
        file = f"{self._dice.below(16**8):08x}-{self._number}-{width}x{height}.jpg"
        return GeneratedImage(
            url=f"https://images.{publisher.domain}/wp-content/uploads/media/{name.slug[:60]}/{file}",
            width=width,
            height=height,
            title=name.title if self._dice.chance(_IMAGE_TITLED) else None,
        )

    def _secured(self) -> str:
        """`ciphertext;iv` in base64, of random bytes."""
        length = 16 * self._dice.pick(_CIPHER_BLOCKS)
        noise = hashlib.shake_256(f"{self._seed} {self._number}".encode()).digest(length + _IV_BYTES)
        return f"{b64encode(noise[:length]).decode()};{b64encode(noise[length:]).decode()}"


def _related(
    story: list[GeneratedArticle], cliques: list[range], max_related: int | None
) -> Iterator[GeneratedArticle]:
    """The articles of *story* with their lists, and with heat and published by the editors' rule."""
    order = sorted(range(len(story)), key=lambda place: _rank(story[place]))
    position = {place: at for at, place in enumerate(order)}
    leads = {min(clique, key=position.__getitem__) for clique in cliques}
    for place, article in enumerate(story):
        mates = stories.mates(place, cliques, len(story), max_related)
        related = tuple(story[mate].summary for mate in sorted(mates, key=position.__getitem__))
        if place not in leads:
            yield replace(article, related=related)
            continue
        quality = article.summary.quality
        published = quality >= (PUBLISHED_RELATED if related else PUBLISHED_ALONE)
        heat = quality + HEAT_A_RELATED * len(related) * published
        yield replace(article, related=related, heat=heat, published=published)


def _rank(article: GeneratedArticle) -> tuple[int, datetime, int]:
    """Descending quality, ties by date, then in the order they were made."""
    return -article.summary.quality, article.summary.published_date_time, article.summary.number
