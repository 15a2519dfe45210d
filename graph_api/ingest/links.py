"""Finds the documents that links, wikilinks and lists of the front matter name, among the documents of one folder.

A target is looked up in four ways, and the first that finds a document counts: declared addresses, paths, a date and a
slug at the end, the end of a path. Of several documents the one nearest to the linking file counts, and none when two
are equally near. Wikilinks look up paths, ends of paths and names; items of lists also titles. Case is ignored.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz, process

from graph_api.documents.by_path.addresses import address, page, stem
from graph_api.documents.document import Reference, ReferenceForm
from graph_api.documents.slugs import slug_of_path
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.records import NodeKey, normalized

_DATED_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})-(.+)")
_DATED_PATH = re.compile(r"(?:.*/)?([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/([^/]+)")
_CACHED_PAGES = 65_536  # pages: most are named more than once
_ALIKE = 70  # percent of similarity from which a title is a hint
_FAR = 1_000_000  # steps: more than any path has


class Target(NamedTuple):
    """A document that others can name: its *key*, path, canonical URL, addresses, and names, its title first."""

    document: NodeKey
    path: str
    url: str
    addresses: tuple[str, ...]
    names: tuple[str, ...]


class LinkIndex:
    """The documents of one folder, indexed by everything that names them.

    *base_url* is that of the folder, *folder* its own name: addresses may begin with either.
    """

    def __init__(self, targets: Iterable[Target], base_url: str, folder: str = "") -> None:
        self._host, self._base_path = host(base_url), _path(base_url)
        self._folder = folder.lower()
        self._addresses: dict[str, _Candidates] = {}
        self._pages: dict[str, _Candidates] = {}
        self._dated: dict[str, _Candidates] = {}
        self._ends: dict[str, _Candidates] = {}
        self._names: dict[str, _Candidates] = {}
        self._urls: dict[str, _Candidates] = {}
        self._titles: list[str] = []
        for target in targets:
            self._add(target)

    def _add(self, target: Target) -> None:
        _put(self._urls, target.url, target)
        for text in target.addresses:
            if _is_http(text):
                _put(self._urls, _canonical(text), target)
            else:
                _put(self._addresses, _folded(text), target)
        path = _folded(page(target.path))
        _put(self._pages, path, target)
        for dated in _dated(target, path):
            _put(self._dated, dated, target)
        for end in {end for whole in self._full_paths(target, path) for end in _ends(whole)}:
            _put(self._ends, end, target)
        for name in target.names:
            _put(self._names, _folded(name), target)
        self._titles += target.names[:1]

    def _full_paths(self, target: Target, path: str) -> Iterator[str]:
        """The paths whose ends find a document: of its page, of its file without ending, and its addresses."""
        yield path
        yield _folded(stem(target.path))
        folder, _, name = path.rpartition("/")
        if (slug := slug_of_path(name)) != name:
            yield f"{folder}/{slug}"
        yield from (_folded(text) for text in target.addresses if not _is_http(text))

    # -- resolution ------------------------------------------------------------------------------------------

    def is_external(self, reference: Reference) -> bool:
        """Whether *reference* names a page of another site, by an http(s) URL."""
        if not _is_http(reference.target):
            return False
        return host(reference.target) != self._host and _canonical(reference.target) not in self._urls

    def resolve(self, reference: Reference, path: str) -> Target | None:
        """The document that *reference* in the file at *path* names; None when there is none, or two are equally near."""
        folder = path.rpartition("/")[0].lower()
        for index, key in self._lookups(reference, path):
            found = index.get(key)
            if found is not None:
                return found.nearest(folder)
        return None

    def nearest_title(self, text: str) -> str | None:
        """The title that is most like *text*, None when none is."""
        wanted = text.rpartition("/")[2].replace("-", " ").replace("_", " ").casefold()
        found = process.extractOne(wanted, self._folded_titles.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return None if found is None else self._folded_titles[found[0]]

    @cached_property
    def _folded_titles(self) -> dict[str, str]:
        return {title.casefold(): title for title in reversed(self._titles)}

    # -- look-ups --------------------------------------------------------------------------------------------

    def _lookups(self, reference: Reference, path: str) -> Iterator[tuple[dict[str, _Candidates], str]]:
        """The indexes to search, each with the key to search for, in order."""
        target = reference.target
        if _is_http(target):
            yield from self._of_url(target)
            return
        target = _folded(unquote(target))
        if reference.form is ReferenceForm.WIKILINK:
            target = stem(target).strip("/")
            yield self._pages, target
            yield self._pages, _joined(path, target)
            yield self._ends, target
            yield self._names, target
            return
        if target.startswith("/"):
            yield from self._of_site_path(target)
        else:
            yield from self._of_relative(target, path)
        if reference.form is ReferenceForm.LISTED:
            yield self._names, target
            if reference.text:
                yield self._names, _folded(reference.text)

    def _of_url(self, url: str) -> Iterator[tuple[dict[str, _Candidates], str]]:
        yield self._urls, _canonical(url)
        if host(url) == self._host:
            yield from self._of_site_path(_folded(unquote(urlsplit(url).path)))

    def _of_site_path(self, path: str) -> Iterator[tuple[dict[str, _Candidates], str]]:
        whole = _page_of(path)
        below = whole.removeprefix(self._base_path).strip("/") if self._base_path else whole
        texts = dict.fromkeys((below, whole))
        if self._folder and whole.startswith(f"{self._folder}/"):
            texts[whole.removeprefix(f"{self._folder}/")] = None
        yield from self._path_lookups(texts)

    def _of_relative(self, target: str, path: str) -> Iterator[tuple[dict[str, _Candidates], str]]:
        """*target* beside the file, below the page's own address, and from the root of the folder or its content."""
        if target.startswith("@/"):
            yield from self._path_lookups([_page_of(target[2:])])
            return
        inside = (
            _joined(stem(path), target) if not target.startswith(".") else _joined(f"{page(path)}/x", target)
        )
        ends = re.sub(r"^(?:\.{1,2}/)+", "", target)
        yield from self._path_lookups(
            dict.fromkeys(map(_page_of, (_joined(path, target), inside, target))), _page_of(ends)
        )

    def _path_lookups(
        self, texts: Iterable[str], end: str | None = None
    ) -> Iterator[tuple[dict[str, _Candidates], str]]:
        texts = [text for text in texts if not text.startswith("..")]
        yield from ((self._addresses, text) for text in texts)
        yield from ((self._pages, text) for text in texts)
        for text in texts:
            if (found := _DATED_PATH.fullmatch(text)) is not None:
                yield self._dated, _date_key(*found.groups())
        yield from ((self._ends, text) for text in ([end] if end else texts) if text)


# -- candidates --------------------------------------------------------------------------------------------


class _Candidates:
    """Documents that one text names."""

    __slots__ = ("_below", "_found")

    def __init__(self) -> None:
        self._found: list[Target] = []
        self._below: dict[str, tuple[int, Target | None]] | None = None

    def add(self, target: Target) -> None:
        if target not in self._found[-1:]:
            self._found.append(target)

    def nearest(self, folder: str) -> Target | None:
        """The document with the fewest steps up from *folder* and down again; None when two are equally near."""
        if len(self._found) == 1:
            return self._found[0]
        if self._below is None:
            self._below = _nearest_below(self._found)
        above, up = folder, 0
        fewest, nearest = _FAR, None
        while True:
            depth, target = self._below.get(above, (_FAR, None))
            if depth + up < fewest:
                fewest, nearest = depth + up, target
            elif (
                depth + up == fewest
            ):  # another document: from here, the one of the folder below takes more steps
                nearest = None
            if not above:
                return nearest
            above, up = above.rpartition("/")[0], up + 1


def _nearest_below(found: Sequence[Target]) -> dict[str, tuple[int, Target | None]]:
    """For each folder above the documents: the steps down to the nearest, and that one, None when there are two."""
    below: dict[str, tuple[int, Target | None]] = {}
    for target in found:
        above, depth = target.path.rpartition("/")[0].lower(), 0
        while True:
            former = below.get(above)
            if former is None or depth < former[0]:
                below[above] = (depth, target)
            elif depth == former[0] and former[1] is not target:
                below[above] = (depth, None)
            if not above:
                break
            above, depth = above.rpartition("/")[0], depth + 1
    return below


def _put(index: dict[str, _Candidates], text: str, target: Target) -> None:
    if text not in index:
        index[text] = _Candidates()
    index[text].add(target)


# -- texts -------------------------------------------------------------------------------------------------


def _folded(text: str) -> str:
    return normalized("NFC", text.strip()).lower()


@lru_cache(_CACHED_PAGES)
def _page_of(target: str) -> str:
    """The page that a path names: without the endings of documents and pages, query, and slashes at its ends."""
    return page(address(target)) if target else ""


def _joined(path: str, target: str) -> str:
    joined = posixpath.normpath(posixpath.join(path.rpartition("/")[0].lower(), target))
    return "" if joined == "." else joined


def _ends(path: str) -> Iterator[str]:
    """All ends of a path: `b/c` and `c` of `a/b/c`, and the path itself."""
    while path:
        yield path
        path = path.partition("/")[2]


def _dated(target: Target, path: str) -> Iterator[str]:
    """The dates with slugs that permalinks of a blog end in."""
    found = _DATED_NAME.fullmatch(path.rpartition("/")[2])
    if found is None:
        return
    yield _date_key(*found.groups())
    for text in target.addresses:
        yield _date_key(found[1], found[2], found[3], _folded(text).rpartition("/")[2])


def _date_key(year: str, month: str, day: str, slug: str) -> str:
    return f"{year}/{int(month)}/{int(day)}/{slug}"


def _is_http(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except InvalidUrl:
        return url


def host(url: str) -> str:
    """The host of *url* without `www.`: sites are linked to with and without."""
    return _canonical(url).split("/")[2].removeprefix("www.")


def _path(url: str) -> str:
    return _canonical(url).split("/", 3)[3].strip("/").lower()
