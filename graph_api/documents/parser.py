"""Parses a file's bytes into a document, and collects all of the file's problems.

Articles are read by `article.py`; the taxonomy's topics and organizations here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from graph_api.documents import front_matter
from graph_api.documents.article import ADDRESSES, article
from graph_api.documents.document import (
    Document,
    ParsedFile,
    ProviderDocument,
    TopicDocument,
)
from graph_api.documents.fields import Fields
from graph_api.documents.front_matter import FrontMatter, decoded
from graph_api.documents.limits import MAX_DEPTH
from graph_api.documents.parts import domain_of, extra_text, images
from graph_api.documents.problems import Problems, finished, located
from graph_api.documents.slugs import topic_slug
from graph_api.documents.values import is_deeper, is_list, shown
from graph_api.documents.yaml_exact import LocatedProblem
from graph_api.errors import InvalidFrontMatter

TAXONOMY_FOLDERS = {"topics": "topic", "organizations": "organization"}
_TAXONOMY_KEY = re.compile(r"^taxonomy[ ]*:", re.MULTILINE)
# Values with these warnings were skipped, so their nesting has not been checked yet.
_SKIPPED = frozenset({"W204", "W205", "W212", "W215"})


def parse(path: str, data: bytes, sha256: str | None = None, *, kind: str | None = None) -> ParsedFile:
    """The document in these bytes, or None, and its problems; *sha256* is the hash of *data* in hex, if already known.

    *kind* is that of a taxonomy file; by default the folder decides it.
    """
    try:
        document, found = _read(path, decoded(data), kind or _folder_kind(path))
    except InvalidFrontMatter as error:
        document, found = (
            None,
            [LocatedProblem(code=error.code, line=error.line, column=error.column, message=str(error))],
        )
    return finished(path, sha256 or hashlib.sha256(data).hexdigest(), document, found)


def _read(path: str, text: str, kind: str | None) -> tuple[Document | None, list[LocatedProblem]]:
    """The document and its problems, in any order."""
    if not path.lower().endswith((".yaml", ".yml")):
        front = front_matter.split(text)
    elif kind or _TAXONOMY_KEY.search(text):
        front = front_matter.whole(text)
    else:
        return None, [
            LocatedProblem(
                code="W213", line=1, column=1, message="the file is skipped: it is not a taxonomy file"
            )
        ]
    if front.mapping is None:
        return None, located(front.problems, front.source)
    problems = Problems(front.source)
    document = _document(Fields(front.mapping, (), problems), path, front.body, kind)
    related = front.mapping.get("related")
    front.source.set_item_count("related", len(related) if is_list(related) else 0)
    return document, located([*_yaml_problems(front, document, problems), *problems.found], front.source)


def _folder_kind(path: str) -> str | None:
    """The kind of document by folder: `_data/topics` and `_data/organizations`, also when `_data` is the source folder."""
    *above, folder = path.split("/")[:-1] or [""]
    return TAXONOMY_FOLDERS.get(folder) if not above or above[-1] == "_data" else None


def _document(fields: Fields, path: str, body: str, folder_kind: str | None) -> Document | None:
    """The document of the kind that the taxonomy key names, else the folder."""
    kind = fields.unread.get("taxonomy", folder_kind)
    if kind is None and _is_in_other_collection(path, fields):
        fields.add(
            "W213", "webUrl", "is missing, and the folder is not a folder of articles; the file is skipped"
        )
        return None
    if kind is None:
        return article(fields, path, body)
    if kind == "topic":
        return _topic(fields)
    if kind == "organization":
        return _organization(fields)
    fields.add("W213", "taxonomy", f"must be topic or organization, not {shown(kind)}; the file is skipped")
    return None


def _topic(fields: Fields) -> TopicDocument | None:
    """The topic of a taxonomy file; None when it has no name. Its `_id` is its slug."""
    unknown: dict[str, object] = {}
    fields.take("taxonomy")
    slug, name = fields.text("_id"), fields.text("name")
    if not name:
        fields.add("E111", "name", "is missing or empty", "write name: and the topic's name")
    shortname, parent = fields.text("shortname"), fields.text("parent")
    keywords, hashtags = fields.texts("keywords"), fields.texts("hashtags")
    pictures = images(fields, unknown, site_relative=True)
    extra = extra_text(fields, unknown)
    if not name:
        return None
    return TopicDocument(
        slug=slug or topic_slug(name),
        name=name,
        shortname=shortname or None,
        parent=parent or None,
        keywords=keywords,
        hashtags=hashtags,
        images=pictures,
        extra=extra,
    )


def _organization(fields: Fields) -> ProviderDocument | None:
    """The provider that an organization's file describes; None when it has no domain."""
    unknown: dict[str, object] = {}
    fields.take("taxonomy")
    id, part = fields.take("_id"), fields.problems.separate()
    key = "domain" if fields.unread.get("domain") is not None or id is None else "_id"
    if key == "_id":
        fields.unread["_id"] = id
    domain = domain_of(Fields({key: fields.take(key)}, (), part), key)
    if domain is None:
        fields.add("E112", "domain", "is missing or invalid", "write it such as example.com")
    name, description = fields.text("name"), fields.text("description")
    others, pictures = fields.texts("otherNames"), images(fields, unknown, site_relative=True)
    extra = extra_text(fields, unknown)
    if domain is None:
        return None
    return ProviderDocument(
        domain=domain,
        name=name or domain,
        other_names=others,
        description=description,
        images=pictures,
        extra=extra,
    )


def _is_in_other_collection(path: str, fields: Fields) -> bool:
    """Whether the file has no URL and is in a collection (`_people`, `_newsletters`) other than `_news`."""
    collections = [folder for folder in path.split("/")[:-1] if folder.startswith("_")]
    return bool(collections) and "_news" not in collections and not any(map(fields.unread.get, ADDRESSES))


def _yaml_problems(
    front: FrontMatter, document: Document | None, problems: Problems
) -> Iterable[LocatedProblem]:
    """Problems of the YAML syntax. Reads it exactly where the fast reader may have missed one."""
    if front.problems:
        return front.problems
    may_be_deep = (
        any(problem.code in _SKIPPED for problem in problems.found)
        or getattr(document, "extra", None) is not None
    )
    if may_be_deep and is_deeper(front.mapping, MAX_DEPTH):
        front.source.exact_was_used = True
    return front.source.exact.problems if front.source.exact_was_used else ()
