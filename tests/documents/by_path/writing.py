"""Words for reading documents of by-path folders in tests."""

from __future__ import annotations

from collections.abc import Mapping

from graph_api.documents.by_path import read, urls
from graph_api.documents.document import ArticleDocument, ParsedFile
from graph_api.documents.site import NO_BASE_URL, Identity, Site


def site(base_url: str = NO_BASE_URL, **key_map: tuple[str, ...]) -> Site:
    """A by-path site with this base URL and these keys beside the usual ones."""
    return Site(identity=Identity.BY_PATH, base_url=base_url, key_map=key_map, body_links=True)


def parsed_file(text: str | bytes, path: str = "notes/one.md", where: Site | None = None) -> ParsedFile:
    """The reading of the only file of a folder."""
    where = where or site()
    url = urls([path], where.base_url).get(path, where.base_url)
    return read(path, text if isinstance(text, bytes) else text.encode(), url, where)


def article(text: str, path: str = "notes/one.md", where: Site | None = None) -> ArticleDocument:
    """The article that a file with this text becomes."""
    found = parsed_file(text, path, where)
    assert isinstance(found.document, ArticleDocument), found
    return found.document


def readings(files: Mapping[str, str], where: Site) -> dict[str, ParsedFile]:
    """The readings of all Markdown files of a folder."""
    paths = [path for path in files if path.endswith((".md", ".markdown", ".mdx"))]
    found = urls(paths, where.base_url)
    return {path: read(path, files[path].encode(), found.get(path, where.base_url), where) for path in paths}


def codes(found: ParsedFile) -> list[str]:
    """The codes of its problems, in their order."""
    return [problem.code for problem in found.problems]
