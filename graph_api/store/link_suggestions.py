"""What an editor may want to change: relations without a way back, articles that occur twice, articles without relations.

Made once for each revision and view, from the texts, edges and addresses that the view has: nothing hidden counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, Flag
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Csr
from graph_api.graph.reciprocals import Ends, OneWay, one_way
from graph_api.graph.undirected import distinct
from graph_api.records import EdgeKind
from graph_api.search import Index
from graph_api.search.duplicates import ALIKE, SERIES, Alike, Likeness, mixed, texts
from graph_api.store.analysis import ends
from graph_api.store.columns import Column

Addresses: TypeAlias = tuple[str | None, ...]

_SAME_NAME = 0.5  # the score of two articles that have their title in common and nothing else
_SCORES = 1 << 20  # steps of a score within its kind
_KEY_BITS = 63


class SuggestionKind(Enum):
    """What is suggested, in the order of answers."""

    MISSING_RECIPROCAL = "missing_reciprocal"
    NEAR_DUPLICATE = "near_duplicate"
    ORPHAN = "orphan"


KINDS = tuple(SuggestionKind)


class Common(Flag):
    """What two articles have in common that makes them duplicates."""

    TITLE = 1
    ADDRESS = 2
    TEXT = 4


class ArticleFacts(NamedTuple):
    """An article: its source folder, None when it has no file; its URL, original URL and AMP page."""

    key: int
    is_stub: int
    folder: str | None
    addresses: Addresses


class Suggestion(NamedTuple):
    """One suggestion, about an article and *other*, None for an orphan.

    *likeness* is that of the lists of both, or of their texts, 0 to 1.
    """

    key: int
    kind: SuggestionKind
    article: int
    other: int | None
    score: float
    likeness: float
    common: Common


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suggestions:
    """All suggestions of a view, by key: a hash of kind, article and other one, the same in every revision.

    *kinds* are indexes of `KINDS`; *others* are 0 for orphans. *mutual* are the keys of the articles of folders where most
    listed articles list back, ascending.
    """

    keys: Column
    kinds: Column
    articles: Column
    others: Column
    scores: Likeness
    likeness: Likeness
    common: Column
    mutual: Column

    def of(self, keys: Iterable[int]) -> Iterator[Suggestion]:
        """Those with these *keys*; keys without one are left out."""
        for key in keys:
            at = int(self.keys.searchsorted(key))
            if at < len(self.keys) and int(self.keys[at]) == key:
                yield self._at(at)

    def _at(self, at: int) -> Suggestion:
        return Suggestion(
            key=int(self.keys[at]),
            kind=KINDS[int(self.kinds[at])],
            article=int(self.articles[at]),
            other=int(self.others[at]) or None,
            score=float(self.scores[at]),
            likeness=float(self.likeness[at]),
            common=Common(int(self.common[at])),
        )

    def ranked(self, kind: SuggestionKind | None) -> tuple[Column, Column]:
        """The keys of all, or of one kind, and whole numbers that order them: by kind, then the highest score first."""
        chosen = np.full(len(self.keys), True) if kind is None else self.kinds == KINDS.index(kind)
        ranks = (len(KINDS) - self.kinds) * (2 * _SCORES) + np.rint(self.scores * _SCORES).astype(np.int64)
        return self.keys[chosen], ranks[chosen]

    def __len__(self) -> int:
        return len(self.keys)


def suggest(index: Index, csr: Csr, facts: Sequence[ArticleFacts]) -> Suggestions:
    """The suggestions for the articles of *facts*, by key, with their texts in *index* and their edges in *csr*."""
    keys = np.fromiter((one.key for one in facts), np.int64, len(facts))
    listed, linked = (ends(csr, kind, keys) for kind in (EdgeKind.LISTED, EdgeKind.LINKED))
    is_document = np.fromiter((not one.is_stub for one in facts), np.bool_, len(facts))
    groups = _groups(facts, is_document)
    lacking = one_way(_between(listed, is_document), linked, groups)
    parts = [
        _missing(lacking),
        _duplicates(index, keys, is_document, [one.addresses for one in facts]),
        _orphans((listed, linked), is_document),
    ]
    mutual = np.append(lacking.mutual, False).take(groups)
    return _joined(keys, parts, keys[mutual])


class _Part(NamedTuple):
    """Suggestions of one kind; articles and *others* are indexes, -1 for none."""

    articles: Column
    others: Column
    scores: Likeness
    likeness: Likeness
    common: Column


def _joined(keys: Column, parts: Sequence[_Part], mutual: Column) -> Suggestions:
    kinds = np.repeat(np.arange(len(parts)), [len(part.articles) for part in parts])
    articles, others, scores, likeness, common = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    padded = np.append(keys, 0)  # -1 is the last
    own, theirs = padded.take(articles), padded.take(others)
    hashes = mixed(mixed(mixed(kinds).astype(np.int64) ^ own).astype(np.int64) ^ theirs)
    found = (hashes >> np.uint64(64 - _KEY_BITS)).astype(np.int64)
    order = np.argsort(found)
    return Suggestions(
        keys=found.take(order),
        kinds=kinds.take(order),
        articles=own.take(order),
        others=theirs.take(order),
        scores=scores.take(order),
        likeness=likeness.take(order),
        common=common.take(order),
        mutual=mutual,
    )


def _groups(facts: Sequence[ArticleFacts], is_document: NDArray[np.bool_]) -> Column:
    """The source folder of each article as a number, -1 for stubs and articles without a file."""
    numbers: dict[str, int] = {}
    found = np.full(len(facts), -1, np.int64)
    for place, one in enumerate(facts):
        if one.folder is not None and is_document[place]:
            found[place] = numbers.setdefault(one.folder, len(numbers))
    return found


def _between(edges: Ends, chosen: NDArray[np.bool_]) -> Ends:
    """The edges with both ends among the *chosen* articles."""
    kept = chosen.take(edges[0]) & chosen.take(edges[1])
    return edges[0][kept], edges[1][kept]


def _missing(found: OneWay) -> _Part:
    none = np.zeros(len(found.sources), np.int64)
    return _Part(found.targets, found.sources, found.scores, found.scores, none)


def _orphans(edges: Iterable[Ends], is_document: NDArray[np.bool_]) -> _Part:
    alone = is_document.copy()
    for sources, targets in edges:
        alone[sources] = False
        alone[targets] = False
    articles = np.flatnonzero(alone)
    zeros = np.zeros(len(articles), np.int64)
    return _Part(articles, zeros - 1, zeros.astype(np.float64), zeros.astype(np.float64), zeros)


# -- duplicates --------------------------------------------------------------------------------------------


def _duplicates(
    index: Index, keys: Column, is_document: NDArray[np.bool_], addresses: Sequence[Addresses]
) -> _Part:
    """Pairs of articles that have title, address or text in common; one of each has a document, the first one."""
    found = texts(index)
    docs = index.keys.searchsorted(keys)  # the index has all articles, among others
    articles = np.zeros(len(index), np.int64)
    articles[docs] = np.arange(len(keys))
    one, other = _same_addresses(addresses)
    kinds = {
        Common.TITLE: found.same_names(),
        Common.ADDRESS: Alike(docs.take(one), docs.take(other)),
        Common.TEXT: found.alike(),
    }
    codes = {common: pairs.first * len(index) + pairs.second for common, pairs in kinds.items()}
    every = distinct(np.concatenate([*codes.values()]))
    pairs = Alike(every // max(len(index), 1), every % max(len(index), 1))
    likeness = found.likeness(pairs)
    same_name = (found.names.take(pairs.first) == found.names.take(pairs.second)) & (
        found.names.take(pairs.first) != 0
    )
    same_address = np.isin(every, codes[Common.ADDRESS])
    common = same_name * Common.TITLE.value | same_address * Common.ADDRESS.value
    common = common | (likeness >= ALIKE) * Common.TEXT.value
    scores = np.maximum(likeness, same_address)
    scores = np.maximum(scores, same_name * (_SAME_NAME + (1 - _SAME_NAME) * likeness))
    first, second = articles.take(pairs.first), articles.take(pairs.second)
    turned = ~is_document.take(first)
    first, second = np.where(turned, second, first), np.where(turned, first, second)
    kept = is_document.take(first)
    return _Part(first[kept], second[kept], scores[kept], likeness[kept], common[kept].astype(np.int64))


def _same_addresses(addresses: Sequence[Addresses]) -> tuple[Column, Column]:
    """Articles with addresses that are variants of each other, each with the first of them."""
    having: dict[str, list[int]] = {}
    for article, own in enumerate(addresses):
        for form in {variant for url in set(own) if url and (variant := plain_address(url))}:
            having.setdefault(form, []).append(article)
    pairs = sorted(
        {(found[0], other) for found in having.values() if 1 < len(found) <= SERIES for other in found[1:]}
    )
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


_URL = re.compile(r"[a-z]+://([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_HOST = re.compile(r"^(?:www\d?|amp|m|mobile)\.")
_ENDS = re.compile(r"(?:/(?:index|default)\.(?:html?|php|aspx?)|/amp|/)+$|\.amp(?=\.html?$)|\.amp$")
_TRACKERS = re.compile(
    r"(?:utm_.*|wt\..*|mc_.*|pk_.*|hsa_.*|_hs.*|ga_.*|amp|outputtype|ref|ref_src|referrer|source|src|from|cmp|cmpid|ocid"
    r"|icid|ncid|spm|fbclid|gclid|dclid|msclkid|yclid|igshid|mkt_tok|trk|guccounter|share|via|sref|smid|rss)"
)


def plain_address(url: str) -> str | None:
    """What addresses of one page have in common: no scheme, `www.`, trailing slash, index page, tracking parameters, AMP and
    case of the path. None for home pages."""
    parts = _URL.match(url)
    if parts is None:
        return None
    path = _ENDS.sub("", parts[2].lower())
    given = parts[3].split("&") if parts[3] else ()
    query = sorted(one for one in given if one and not _TRACKERS.fullmatch(one.partition("=")[0].lower()))
    if not path and not query:
        return None
    return f"{_HOST.sub('', parts[1].lower())}{path}?{'&'.join(query)}"
