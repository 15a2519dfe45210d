"""URLs of articles that are identified by their path, and the addresses that documents declare beside it.

Addresses are paths below the site's root, without slashes at their ends. Look-ups and links find articles by them. They
never identify an article, because translations of a page often declare the same ones.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote, urlsplit

from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.records import normalized

_ENDING = re.compile(r"\.(?:md|markdown|mdx)$", re.IGNORECASE)
_PAGE_ENDING = re.compile(r"(?:/?index)?\.html?$", re.IGNORECASE)
_PART_FOLDERS = frozenset({"_includes", "_layouts", "node_modules"})
_SECTION = re.compile(r"_index(?:\.[a-z-]+)?", re.IGNORECASE)
_FOLDER_FILES = frozenset({"index", "_index", "readme"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%|(?:^|/):[a-z]")
_DATED_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})-(.+)")
PATH_SIGNS = "/-._~!$&'()*+,;=:@"


def is_part(path: str) -> bool:
    """Whether the file is a part of other pages, not a page: in `_includes` or `_layouts`, or `_name` (but `_index`)."""
    *folders, name = path.split("/")
    is_underscored = name.startswith("_") and _SECTION.fullmatch(stem(name)) is None
    return is_underscored or not _PART_FOLDERS.isdisjoint(folders)


def stem(path: str) -> str:
    """*path* without the ending of a document."""
    return _ENDING.sub("", path)


def page(path: str) -> str:
    """The page of the file at *path*: without ending; `index`, `_index` and `README` stand for their folder."""
    whole = stem(path)
    folder, _, name = whole.rpartition("/")
    return folder if name.lower() in _FOLDER_FILES else whole


def urls(
    paths: Iterable[str], base_url: str, is_hidden: Callable[[str], bool] | None = None
) -> dict[str, str]:
    """The canonical URL of each file that is not a part. Of files of one page all but the first, by path, keep their full path.

    Hidden files come last: otherwise the URL of a visible file would show that a hidden one exists. *is_hidden* is
    called only for files that share a page.
    """
    pages = {path: page(path) for path in paths if not is_part(path)}
    uses = Counter([*pages.values(), *pages])
    shared = (path for path, at in pages.items() if uses[at] > 1)
    last: set[str] = set() if is_hidden is None else set(filter(is_hidden, shared))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(pages, key=lambda path: (path in last, path)):
        url = _url(base_url, pages[path])
        if url in taken:
            url = _url(base_url, path)
        if url in taken:  # names that differ only in their Unicode form
            url = _hashed(base_url, path)
        taken.add(url)
        found[path] = url
    return found


def _url(base_url: str, path: str) -> str:
    try:
        return canonical_url(base_url + quote(normalized("NFC", path), safe=PATH_SIGNS, errors="replace"))
    except InvalidUrl:  # too long
        return _hashed(base_url, path)


def _hashed(base_url: str, path: str) -> str:
    return base_url + hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()


def is_invalid(url: str) -> bool:
    """Whether the host of *url* ends in `.invalid`, as in a folder without a base URL."""
    return url.split("/", 3)[2].partition(":")[0].endswith(".invalid")


# -- declared addresses ------------------------------------------------------------------------------------


def address(text: str) -> str:
    """A declared address in the form in which addresses are compared: no slashes at its ends, no `index.html`."""
    text = text.partition("#")[0].partition("?")[0].strip()
    return _PAGE_ENDING.sub("", normalized("NFC", text)).strip("/")


def is_address(text: str) -> bool:
    """Whether *text* can be the path of a page: no scheme, not `//host`, and no placeholder of a template."""
    is_path = bool(text.strip()) and not _SCHEME.match(text) and not text.startswith("//")
    return is_path and _TEMPLATE.search(text) is None


def below(base_url: str, url: str) -> str | None:
    """The path of *url* below *base_url*; None when it is on another host."""
    try:
        base, found = urlsplit(base_url), urlsplit(canonical_url(url))
    except (InvalidUrl, ValueError):
        return None
    if base.netloc != found.netloc:
        return None
    folder = base.path.rstrip("/")
    return found.path.removeprefix(folder) if f"{found.path}/".startswith(f"{folder}/") else found.path


def declared(
    path: str,
    permalinks: Sequence[str],
    slugs: Sequence[str],
    aliases: Sequence[str],
    categories: Sequence[str] = (),
) -> Iterator[str]:
    """The addresses of the document at *path*: those it declares, and those that Jekyll and Hugo derive.

    *slugs* replace the name of the page, or the page below its top folder.
    """
    top = path.partition("/")[0] if "/" in path else ""
    whole = page(path)
    folder, _, name = whole.rpartition("/")
    for text in permalinks:
        yield address(text)
    for slug in slugs:
        if slug.startswith("/"):
            yield address(slug)
            yield address(f"{top}/{slug.strip('/')}")
        else:
            yield from _inside(folder, slug)
    for alias in aliases:
        if "/" in alias.strip("/") or alias.startswith("/"):
            yield address(alias)
        elif " " not in alias:
            yield address(f"{folder}/{alias}")
    if (dated := _DATED_NAME.fullmatch(name)) is not None:
        slug = next((slug for slug in slugs if "/" not in slug), dated[4])
        yield from _of_post(_published_folder(folder), dated, slug, categories)
    elif is_collection(folder):
        yield address(f"{_published_folder(folder)}/{name}")


def is_collection(folder: str) -> bool:
    """Whether a site publishes the pages of *folder* under another path: it is Hugo's `content`, or one of Jekyll's collections."""
    return folder == "content" or folder.startswith(("content/", "_")) or "/_" in folder


def _inside(folder: str, slug: str) -> Iterator[str]:
    yield address(f"{folder}/{slug}")
    if is_collection(folder):
        yield address(f"{_published_folder(folder)}/{slug}")


def _published_folder(folder: str) -> str:
    """The path under which a site publishes *folder*: without `content` at its start, `_posts`, and the `_` of collections."""
    steps = folder.split("/")
    return "/".join(
        step.removeprefix("_")
        for at, step in enumerate(steps)
        if step != "_posts" and not (step == "content" and at == 0)
    )


def _of_post(folder: str, dated: re.Match[str], slug: str, categories: Sequence[str]) -> Iterator[str]:
    """The addresses of a post: its folder, its categories, or neither; the date with and without zeros; its slug."""
    year, month, day, _ = dated.groups()
    days = dict.fromkeys((f"{year}/{month:0>2}/{day:0>2}", f"{year}/{int(month)}/{int(day)}"))
    for before in dict.fromkeys(
        (folder, "/".join(filter(None, (folder, *categories))), "/".join(categories), "")
    ):
        yield from (address(f"{before}/{date}/{slug}") for date in days)
