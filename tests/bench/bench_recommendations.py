"""Recommendations, evaluated on the stories of the dev corpus, and timed there and at 100,000 articles.

Run it: `python -m tests.bench.bench_recommendations`. Articles lose all their related edges, and are recommended those that
they were related to. Three splits: C, a fifth of the connected articles; S, a fifth of the stories, so that no article of
such a story has any edge; T2, the newest fifth, each with the articles and edges that are older than it. (Hiding single edges
would be trivial: common neighbors find them.) C and S are means over five seeds.

Figures are means over articles: nDCG at 10 with equal gains, recall at 10 (of at most 10), and the mean reciprocal rank among
the first 10. The constants of `graph_api.recommendation` were chosen on the articles of one half, by the checksum of their
titles; *judged* are those of the other.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import asyncio
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Csr
from graph_api.ingest import ingest
from graph_api.recommendation import Liked, Recommender, Strategy
from graph_api.records import EdgeKind
from graph_api.search import Document, Index, Kind, build as build_index
from graph_api.search.tokens import fold
from graph_api.store import at, open_store
from graph_api.store.analysis import analyze, related_lists
from graph_api.store.columns import ArticleValues, Columns, FacetField, build as build_columns
from graph_api.store.plans import Rights, ask
from graph_api.store.reads import ArticleColumns, ArticleRows, SearchIndex
from tests.bench.bench_search import corpus_texts, made_texts
from tests.corpora import corpus

Pairs: TypeAlias = NDArray[np.int64]  # rows (from, to) of articles, as indexes in the columns
Figures: TypeAlias = tuple[float, float, float]
Score: TypeAlias = Callable[["Part", int], NDArray[np.float64]]

FIRST, SEEDS, PART, MADE = 10, 5, 5, 100_000


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Articles with their texts, values, titles and related edges."""

    index: Index
    columns: Columns
    titles: Sequence[str]
    pairs: Pairs
    csr: Csr


class Part(NamedTuple):
    """What a recommender may know: *articles* of the corpus, those in *columns*, ascending; and edges among them."""

    corpus: Corpus
    articles: NDArray[np.int64]
    columns: Columns
    recommender: Recommender


def part(corpus: Corpus, pairs: Pairs, articles: NDArray[np.int64] | None = None) -> Part:
    """The part of *corpus* with these *pairs* and *articles*, all when None."""
    if articles is None:
        articles = np.arange(len(corpus.titles))
    columns = corpus.columns
    some = replace(
        columns,
        keys=columns.keys.take(articles),
        published_us=columns.published_us.take(articles),
        labels={
            field: replace(labels, codes=labels.codes.take(articles))
            for field, labels in columns.labels.items()
            if labels.starts is None
        },
    )
    if len(articles) == len(corpus.titles):
        some = columns
    places = articles.searchsorted(pairs)
    return Part(
        corpus,
        articles,
        some,
        Recommender(corpus.index, some, related_lists(places[:, 0], places[:, 1], len(articles))),
    )


# -- splits ------------------------------------------------------------------------------------------------


def splits(corpus: Corpus) -> Iterator[tuple[str, Iterator[tuple[int, Part]]]]:
    """The name of each split, and its articles with what is known when each is recommended others."""
    connected = np.unique(corpus.pairs)
    stories = analyze("bench", corpus.csr, corpus.columns).stories
    for seed in range(SEEDS):
        dice = np.random.default_rng(seed)
        yield "C", _without_edges(corpus, dice.choice(connected, len(connected) // PART, replace=False))
        chosen = dice.choice(len(stories.leads), len(stories.leads) // PART, replace=False)
        members = [stories.members[stories.starts[one] : stories.starts[one + 1]] for one in chosen]
        yield "S", _without_edges(corpus, np.unique(np.concatenate(members)).astype(np.int64))
    yield "T2", _newest(corpus)


def _without_edges(corpus: Corpus, articles: NDArray[np.int64]) -> Iterator[tuple[int, Part]]:
    kept = ~np.isin(corpus.pairs, articles).any(axis=1)
    known = part(corpus, corpus.pairs[kept])
    return ((int(article), known) for article in articles)


def _newest(corpus: Corpus) -> Iterator[tuple[int, Part]]:
    published = corpus.columns.published_us
    order = np.argsort(published, kind="stable")
    for article in order[len(order) * (PART - 1) // PART :].tolist():
        is_older = published < published[article]
        pairs = corpus.pairs[is_older[corpus.pairs].all(axis=1)]
        is_older[article] = True
        yield article, part(corpus, pairs, np.flatnonzero(is_older))


# -- figures -----------------------------------------------------------------------------------------------


def shipped(known: Part, row: int) -> NDArray[np.float64]:
    """The scorer that `Article.recommendations` uses."""
    return by(Strategy.BLEND)(known, row)


def by(strategy: Strategy) -> Score:
    def score(known: Part, row: int) -> NDArray[np.float64]:
        title = known.corpus.titles[int(known.articles[row])]
        return known.recommender.recommend([Liked(row, title)], strategy=strategy).scores

    return score


def same_provider(known: Part, row: int) -> NDArray[np.float64]:
    """The articles of the same provider, the nearest in time first."""
    codes, published = known.columns.labels[FacetField.PROVIDER].codes, known.columns.published_us
    days = np.abs(published - published[row]) / 86_400e6
    return np.where(codes == codes[row], 1 / (1 + days), 0)


def figures(
    known: Part, row: int, relevant: NDArray[np.bool_], scores: NDArray[np.float64]
) -> Figures | None:
    """nDCG, recall and reciprocal rank at 10; None when nothing relevant can be recommended."""
    titles = known.corpus.titles
    own = _normal(titles[int(known.articles[row])])
    best = [
        place
        for place in np.argsort(-scores, kind="stable")[: 3 * FIRST].tolist()
        if scores[place] > 0 and _normal(titles[int(known.articles[place])]) != own
    ][:FIRST]
    count = min(int(relevant.sum()), FIRST)
    if not count:
        return None
    gains = [1 / np.log2(place + 2) for place in range(FIRST)]
    hits = [place for place, one in enumerate(best) if relevant[one]]
    ndcg = sum(gains[place] for place in hits) / sum(gains[:count])
    return ndcg, len(hits) / count, 1 / (hits[0] + 1) if hits else 0.0


def _normal(title: str) -> str:
    return " ".join(fold(title).split())


def evaluate(corpus: Corpus, scorers: Mapping[str, Score]) -> None:
    """Prints the figures of *scorers* on all splits."""
    related = np.zeros((len(corpus.titles),) * 2, dtype=np.bool_)
    related[corpus.pairs[:, 0], corpus.pairs[:, 1]] = True
    normal = [_normal(title) for title in corpus.titles]
    numbers = np.unique(normal, return_inverse=True)[1]
    judged = np.array([zlib.crc32(title.encode()) & 1 for title in normal], dtype=np.bool_)
    found: dict[tuple[str, str], list[list[tuple[bool, Figures]]]] = {}
    for split, articles in splits(corpus):
        for name in scorers:
            found.setdefault((name, split), []).append([])
        for article, known in articles:
            row = int(np.searchsorted(known.articles, article))
            relevant = related[article] & (numbers != numbers[article])
            for name, score in scorers.items():
                own = figures(known, row, relevant[known.articles], score(known, row))
                if own is not None:
                    found[name, split][-1].append((bool(judged[article]), own))
    print(f"\n{'nDCG@10 / recall@10 / MRR':30}{'C':>22}{'S':>22}{'T2':>22}")
    for only, title in ((True, "judged half"), (False, "all articles")):
        print(title)
        for name in scorers:
            cells = [
                _mean(
                    [[own for is_judged, own in seed if is_judged or not only] for seed in found[name, split]]
                )
                for split in ("C", "S", "T2")
            ]
            print(f"  {name:28}" + "".join(f"{cell:>22}" for cell in cells))


def _mean(seeds: Sequence[Sequence[Figures]]) -> str:
    """The mean over seeds of the means over articles."""
    means = np.mean([np.mean(figures, axis=0) for figures in seeds], axis=0)
    return " / ".join(f"{value:.3f}" for value in means)


# -- corpora -----------------------------------------------------------------------------------------------


def dev_corpus() -> Corpus:
    """The dev corpus as an ingest reads it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "dev.db"
        ingest([corpus("azure-dev")], database)
        with at(database).session() as session:
            index = session.run(ask(SearchIndex(Rights())))
            columns = session.run(ask(ArticleColumns(Rights())))
            rows = session.run(ask(ArticleRows(tuple(columns.keys.tolist()), Rights())))
        csr = asyncio.run(_edges(database))
    starts = csr.starts[2 * csr.kinds.index(EdgeKind.LISTED)].astype(np.int64)
    sources = csr.keys.repeat(np.diff(starts))
    targets = csr.keys.take(csr.neighbors[starts[0] : starts[-1]])
    pairs = columns.keys.searchsorted(np.stack((sources, targets), axis=1))
    titles = [rows[key].title for key in columns.keys.tolist()]
    return Corpus(index=index, columns=columns, titles=titles, pairs=pairs, csr=csr)


async def _edges(database: Path) -> Csr:
    store = await open_store(database)
    try:
        found = await store.adjacency(Rights(), await store.revision())
        assert found is not None
        return found
    finally:
        await store.close()


def time_made() -> None:
    """Prints the time for 100,000 articles made of the words of the dev corpus, in stories of 2 to 40."""
    dice = np.random.default_rng(14)
    titles, documents = list[str](), list[Document]()
    for key, (title, excerpt, _) in enumerate(made_texts(corpus_texts(), MADE), 1):
        titles.append(title)
        documents.append(Document(key, Kind.ARTICLE, title, excerpt))
    ends = np.cumsum(dice.zipf(1.9, MADE).clip(1, 40))
    stories = np.split(np.arange(MADE), ends[ends < MADE])
    pairs = np.concatenate([np.stack(np.meshgrid(one, one), axis=-1).reshape(-1, 2) for one in stories])
    values = [
        ArticleValues(key, int(moment), None, None, None, "article", None, None)
        for key, moment in enumerate(dice.integers(0, 1000 * 86_400_000_000, MADE), 1)
    ]
    columns = build_columns(values, np.empty((0, 2), np.int64), providers_by_domain=[], topics_by_slug=[])
    index = build_index("bench", documents)
    time_it(f"{MADE:,} articles", index, columns, titles, pairs)


def time_it(name: str, index: Index, columns: Columns, titles: Sequence[str], pairs: Pairs) -> None:
    """Prints how long one recommendation takes, the recommender made anew for each."""
    related, dice, taken = (
        related_lists(pairs[:, 0], pairs[:, 1], len(titles)),
        np.random.default_rng(1),
        list[float](),
    )
    chosen: list[int] = dice.choice(len(titles), 300, replace=False).tolist()
    for row in chosen:
        begun = time.perf_counter()
        found = Recommender(index, columns, related).recommend([Liked(row, titles[row])])
        np.argmax(found.scores)
        taken.append(1000 * (time.perf_counter() - begun))
    taken.sort()
    print(f"{name}: {taken[150]:.2f} ms p50, {taken[297]:.2f} ms p99")


def main() -> None:
    dev = dev_corpus()
    evaluate(
        dev,
        {
            "shipped": shipped,
            "same provider, nearest": same_provider,
            "BM25 of titles and texts": by(Strategy.TEXT),
            "random walk": by(Strategy.RANDOM_WALK),
        },
    )
    print()
    time_it(f"{len(dev.titles):,} articles", dev.index, dev.columns, dev.titles, dev.pairs)
    time_made()


if __name__ == "__main__":
    main()
