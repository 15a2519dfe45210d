"""URLs of articles that are identified by their path, and the addresses that documents declare beside it.

Addresses are paths below the site's root, without slashes at their ends. They find articles and lead links; they never
decide identity, since translations of one page often share theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from graph_api.documents.urls import canonical_url
from graph_api.records import normalized

_ENDING = re.compile(r"\.(?:md|markdown|mdx)$", re.IGNORECASE)
_PAGE_ENDING = re.compile(r"(?:/?index)?\.html?$", re.IGNORECASE)
_PART_FOLDERS = frozenset({"_includes", "_layouts"})
_FOLDER_FILES = frozenset({"index", "_index", "readme"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SAFE = "/-._~!$&'()*+,;=:@"


def is_part(path: str) -> bool:
    """Whether the file is a part of other pages, not a page: in `_includes` or `_layouts`, or `_name` (but `_index`)."""
    *folders, name = path.split("/")
    is_underscored = name.startswith("_") and stem(name).lower() != "_index"
    return is_underscored or not _PART_FOLDERS.isdisjoint(folders)


def stem(path: str) -> str:
    """*path* without the ending of a document."""
    return _ENDING.sub("", path)


def page(path: str) -> str:
    """The page of the file at *path*: without ending; `index`, `_index` and `README` stand for their folder."""
    folder, _, name = stem(path).rpartition("/")
    return folder if name.lower() in _FOLDER_FILES else stem(path)


def urls(paths: Iterable[str], base_url: str) -> dict[str, str]:
    """The canonical URL of each file. Of files of one page all but the first, by path, keep their full path."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        if is_part(path):
            continue
        url = _url(base_url, page(path))
        if url in taken:
            url = _url(base_url, path)
        taken.add(url)
        found[path] = url
    return found


def _url(base_url: str, path: str) -> str:
    return canonical_url(base_url + quote(normalized("NFC", path), safe=_SAFE))


def address(text: str) -> str:
    """A declared address in the form in which addresses are compared: no slashes at its ends, no `index.html`."""
    text = text.partition("#")[0].partition("?")[0].strip()
    return _PAGE_ENDING.sub("", normalized("NFC", text)).strip("/")


def is_address(text: str) -> bool:
    """Whether *text* can be the path of a page: it has no scheme, no space at its start, and is not `//host`."""
    return bool(text.strip()) and not _SCHEME.match(text) and not text.startswith("//")


def declared(
    path: str, permalinks: Sequence[str], slugs: Sequence[str], aliases: Sequence[str]
) -> Iterator[str]:
    """The addresses of the document at *path*; *slugs* replace the name of the page, or the page below its top folder."""
    top, _, _ = path.partition("/")
    parent = page(path).rpartition("/")[0]
    for text in permalinks:
        yield address(text)
    for slug in slugs:
        if slug.startswith("/"):
            yield address(slug)
            yield address(f"{top}/{slug.strip('/')}")
        else:
            yield address(f"{parent}/{slug}")
    for alias in aliases:
        if "/" in alias.strip("/") or alias.startswith("/"):
            yield address(alias)
        elif " " not in alias:
            yield address(f"{parent}/{alias}")
