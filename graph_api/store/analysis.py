"""What follows from the related edges of one revision: degrees, PageRank, clustering, and stories.

An article is its index in `Analysis.keys`. All that needs edges alone is taken from a former revision with equal edges;
who leads a story depends on the articles too, and is always decided again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph import array_file
from graph_api.graph.adjacency import Csr, spread
from graph_api.graph.metrics import clustering, page_rank
from graph_api.graph.stories import Blocks, Stories, blocks, stories
from graph_api.graph.undirected import distinct, either
from graph_api.records import EdgeKind
from graph_api.store.columns import Column, Columns
from graph_api.store.filters import FlagField

Fractions: TypeAlias = NDArray[np.float64]
Ends: TypeAlias = tuple[Column, Column]  # the articles that edges start from, and those that they lead to

_FORM = "analysis 2"  # count it up when equal content comes to have another analysis


class Degrees(NamedTuple):
    """For each article the number of related edges to it and from it."""

    into: Column
    out: Column


class Edges(NamedTuple):
    """Edges from the articles in some list: *owners* are places in that list, *targets* articles."""

    owners: Column
    targets: Column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelatedLists:
    """The articles that are related to each article, in either direction, each once: those of article a are
    `targets[starts[a] : starts[a + 1]]`, ascending."""

    starts: Column
    targets: NDArray[np.int32]

    @property
    def counts(self) -> Column:
        """The number of articles that are related to each."""
        return np.diff(self.starts)

    def of(self, articles: Sequence[int]) -> Edges:
        """The edges of *articles*."""
        rows = np.array(articles, np.int64)
        first = self.starts.take(rows)
        counts = self.starts.take(rows + 1) - first
        return Edges(
            np.arange(len(rows)).repeat(counts), self.targets.take(spread(first, counts)).astype(np.int64)
        )


def related_lists(sources: Column, targets: Column, count: int) -> RelatedLists:
    """The lists that these edges make."""
    lists = either(sources, targets, count).lists()
    starts = np.append(lists.starts, len(lists.neighbors))
    return RelatedLists(starts=starts, targets=lists.neighbors.astype(np.int32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The analysis of *revision*. *mark* is a fingerprint of its related edges."""

    revision: str
    mark: str
    keys: Column
    related: RelatedLists
    degrees: Degrees
    page_rank: Fractions
    clustering: Fractions
    blocks: Blocks
    stories: Stories

    def indexes(self, keys: Sequence[int]) -> list[int]:
        """The index of each of the articles with these *keys*, which are all there."""
        found: list[int] = self.keys.searchsorted(np.array(keys, np.int64)).tolist()
        return found

    @property
    def story_sizes(self) -> Column:
        """The number of articles of each story."""
        return np.diff(self.stories.starts)

    def members(self, story: int) -> Column:
        """The indexes of the articles of the story at this index, ascending."""
        starts = self.stories.starts
        return self.stories.members[starts[story] : starts[story + 1]].astype(np.int64)

    def with_member(self, keys: Column) -> NDArray[np.bool_]:
        """Whether each story has one of the articles with these *keys*."""
        chosen = np.isin(self.keys, keys).take(self.stories.members)
        stories = np.repeat(np.arange(len(self.stories.leads)), self.story_sizes)
        return np.bincount(stories[chosen], minlength=len(self.stories.leads)) > 0

    def led_by(self, keys: Sequence[int]) -> dict[int, int]:
        """The index of the story that each of the articles with these *keys* leads; those that lead none are left out."""
        leads = self.keys.take(self.stories.leads)
        order = leads.argsort()
        places = np.minimum(leads.searchsorted(keys, sorter=order), max(len(leads) - 1, 0)).tolist()
        found = ((key, int(order[place])) for key, place in zip(keys, places, strict=True) if len(leads))
        return {key: story for key, story in found if leads[story] == key}


def analyze(revision: str, csr: Csr, columns: Columns, former: Analysis | None = None) -> Analysis:
    """The analysis of the articles of *columns* and their edges in *csr*. Nothing is computed twice for edges that
    *former* had too."""
    keys = columns.keys
    listed, linked = (ends(csr, kind, keys) for kind in (EdgeKind.LISTED, EdgeKind.LINKED))
    mark = _mark(keys, listed, linked)
    sources, targets = _distinct(listed, linked, len(keys))
    if former is not None and former.mark == mark:
        related, degrees, ranks, coefficients, found = (
            former.related,
            former.degrees,
            former.page_rank,
            former.clustering,
            former.blocks,
        )
    else:
        related = related_lists(sources, targets, len(keys))
        degrees = Degrees(_counts(targets, len(keys)), _counts(sources, len(keys)))
        # single precision: ranks that should be equal differ in their last digits, as their sums are rounded
        ranks = page_rank(sources, targets, len(keys)).astype(np.float32).astype(np.float64)
        coefficients = clustering(sources, targets, len(keys))
        found = blocks(listed, linked, len(keys))
    led = stories(
        found,
        columns.flags[FlagField.PUBLISHED],
        columns.quality,
        columns.published_us,
        ranks,
        (sources, targets),
    )
    return Analysis(
        revision=revision,
        mark=mark,
        keys=keys,
        related=related,
        degrees=degrees,
        page_rank=ranks,
        clustering=coefficients,
        blocks=found,
        stories=led,
    )


def ends(csr: Csr, kind: EdgeKind, keys: Column) -> Ends:
    """The edges of one kind between the articles with these *keys*, by source and position."""
    if kind not in csr.kinds or not len(csr.keys):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    row = csr.starts[2 * csr.kinds.index(kind)].astype(np.int64)
    sources = np.repeat(np.arange(len(csr.keys)), np.diff(row))
    targets = csr.neighbors[row[0] : row[-1]]
    articles = keys.searchsorted(csr.keys)  # only those of articles are used
    return articles.take(sources), articles.take(targets)


def _distinct(listed: Ends, linked: Ends, count: int) -> Ends:
    """All pairs of related articles, each direction once, by source."""
    pairs = [sources * count + targets for sources, targets in (listed, linked)]
    return np.divmod(distinct(np.concatenate(pairs)), max(count, 1))


def _counts(ends: Column, count: int) -> Column:
    counted: Column = np.bincount(ends, minlength=count).astype(np.int64)
    return counted


def _mark(keys: Column, *edges: Ends) -> str:
    digest = blake2b(keys.tobytes(), digest_size=16)
    for sources, targets in edges:
        digest.update(len(sources).to_bytes(8))
        digest.update(sources.tobytes())
        digest.update(targets.tobytes())
    return digest.hexdigest()


# -- the file --------------------------------------------------------------------------------------------


def save(analysis: Analysis, path: Path) -> None:
    """Write *analysis* to *path*."""
    arrays: dict[str, NDArray[Any]] = {
        "keys": analysis.keys,
        "related_starts": analysis.related.starts,
        "related_targets": analysis.related.targets,
        "into": analysis.degrees.into,
        "out": analysis.degrees.out,
        "page_rank": analysis.page_rank,
        "clustering": analysis.clustering,
        "block_starts": analysis.blocks.starts,
        "block_members": analysis.blocks.members,
        "story_starts": analysis.stories.starts,
        "story_members": analysis.stories.members,
        "leads": analysis.stories.leads,
        "densities": analysis.stories.densities,
        "main": analysis.stories.main,
    }
    array_file.save(path, _FORM, analysis.revision, arrays, {"mark": analysis.mark})


def load(path: Path) -> Analysis:
    """The analysis in *path*, memory-mapped. Raises ArraysMismatch when there is none that this version can read."""
    file = array_file.load(path, _FORM)
    arrays: dict[str, Any] = dict(file.arrays)
    return Analysis(
        revision=file.revision,
        mark=file.facts["mark"],
        keys=arrays["keys"],
        related=RelatedLists(starts=arrays["related_starts"], targets=arrays["related_targets"]),
        degrees=Degrees(arrays["into"], arrays["out"]),
        page_rank=arrays["page_rank"],
        clustering=arrays["clustering"],
        blocks=Blocks(starts=arrays["block_starts"], members=arrays["block_members"]),
        stories=Stories(
            starts=arrays["story_starts"],
            members=arrays["story_members"],
            leads=arrays["leads"],
            densities=arrays["densities"],
            main=arrays["main"],
        ),
    )
