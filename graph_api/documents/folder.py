"""Reads the files of one folder as its `Site` says: by URL or by path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from graph_api.documents import by_path
from graph_api.documents.document import ArticleDocument, LeftOut, ParsedFile
from graph_api.documents.files import FileBytes
from graph_api.documents.outline import outline
from graph_api.documents.parser import TAXONOMY_FOLDERS, parse
from graph_api.documents.site import Identity, Site

_ADDRESS_KEY = re.compile(rb"""^["']?(?:webUrl|originalUrl)["']?[ \t]*[:=]""", re.MULTILINE)
_END = re.compile(rb"^(?:---|\+\+\+|\.\.\.)[ \t\r]*$", re.MULTILINE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_YAML_ENDINGS = (".yaml", ".yml")


def has_address(data: bytes) -> bool:
    """Whether the front matter in *data* has a top-level key webUrl or originalUrl."""
    if b"webUrl" not in data and b"originalUrl" not in data:
        return False
    front = data.removeprefix(_BYTE_ORDER_MARK).lstrip()
    end = _END.search(front, 3) if front[:3] in {b"---", b"+++"} else None
    return end is not None and _ADDRESS_KEY.search(front, 0, end.start()) is not None


def is_read(path: str, site: Site) -> bool:
    """Whether the file at *path* is read: `.mdx` files are only read in folders that are read by path."""
    return site.identity is Identity.BY_PATH or not path.lower().endswith(".mdx")


def urls(paths: Iterable[str], site: Site, is_hidden: Callable[[str], bool]) -> Mapping[str, str]:
    """The canonical URLs of articles that are identified by their path; empty for a folder that is read by URL.

    When several files have one page, visible files get their URLs first, so that hidden files never change the URL
    of a visible one. *is_hidden* is called for such files only.
    """
    if site.identity is Identity.BY_URL:
        return {}
    files = (path for path in paths if not path.lower().endswith(_YAML_ENDINGS))
    return by_path.urls(
        (path for path in files if taxonomy_kind(path, site) is None), site.base_url, is_hidden
    )


def is_hidden(found: ParsedFile) -> bool:
    """Whether only callers who may see unpublished content see the file: it says `published: false`, or is rejected.

    A rejected file is hidden because it may say `published: false`.
    """
    document = found.document
    if document is None:
        return found.left_out is None
    return isinstance(document, ArticleDocument) and document.published is False


def parsed_file(file: FileBytes, site: Site, url: str | None) -> ParsedFile:
    """The document in *file*, and its problems. *url* is the article's URL in a folder that is read by path."""
    if site.identity is Identity.BY_URL:
        return _by_url(file, site)
    kind = taxonomy_kind(file.path, site)
    if kind is not None:
        return parse(file.path, file.data, file.sha256, kind=kind)
    if file.path.lower().endswith(_YAML_ENDINGS):
        return ParsedFile(
            path=file.path, sha256=file.sha256, document=None, problems=(), left_out=LeftOut.OTHER
        )
    return by_path.read(file.path, file.data, url or site.base_url, site, file.sha256)


def taxonomy_kind(path: str, site: Site) -> str | None:
    """The kind of taxonomy that the file belongs to, by the two folders above it: `_data/topics`, `_data/organizations`."""
    folders = [*site.above, *path.split("/")[:-1]]
    return TAXONOMY_FOLDERS.get(folders[-1]) if folders[-2:-1] == ["_data"] else None


def _by_url(file: FileBytes, site: Site) -> ParsedFile:
    found = parse(file.path, file.data, file.sha256)
    document = found.document
    if not site.body_links or not isinstance(document, ArticleDocument) or not document.body:
        return found
    first_line = _body_line(file.data, document.body)
    return replace(
        found, document=replace(document, references=outline(document.body, first_line).references)
    )


def _body_line(data: bytes, body: str) -> int:
    """The line of the file in which its body starts."""
    at = data.rfind(body.encode())
    return data.count(b"\n", 0, max(at, 0)) + 1
