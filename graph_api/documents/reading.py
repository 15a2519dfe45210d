"""A file's bytes -> its reading: the document it is, or None, and everything that is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from graph_api.documents import front_matter
from graph_api.documents.article import ADDRESSES, article
from graph_api.documents.codes import CODES
from graph_api.documents.document import ArticleDocument, Document, Reading
from graph_api.documents.fields import Fields, Note, Notes
from graph_api.documents.front_matter import FrontMatter
from graph_api.documents.limits import MAX_DEPTH, MAX_PROBLEMS
from graph_api.documents.scalars import is_deeper, is_list
from graph_api.documents.source import Source
from graph_api.documents.taxonomy import organization, topic
from graph_api.documents.texts import shown
from graph_api.documents.yaml_exact import Fault
from graph_api.errors import InvalidFrontMatter
from graph_api.records import NodeKey, Problem, article_id, article_key

_TAXONOMIES = {"topics": "topic", "organizations": "organization"}
_TAXONOMY_KEY = re.compile(r"^taxonomy[ ]*:", re.MULTILINE)
# A value of these was not looked into, so nobody has seen how deep it is.
_UNSEEN = frozenset({"W204", "W205", "W212", "W215"})


def parse(path: str, data: bytes, sha256: str | None = None) -> Reading:
    """The reading of a file with these bytes; *sha256* is theirs in hex, when it is known already."""
    try:
        document, faults = _read(path, _decoded(data))
    except InvalidFrontMatter as unreadable:
        document, faults = None, [_fault(unreadable)]
    if any(fault.code[0] == "E" for fault in faults):
        document = None
    key = _key(document)
    faults.sort(key=lambda fault: (fault.line, fault.column, fault.code))
    problems = tuple(_problem(fault, path, key) for fault in faults)
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    return Reading(path=path, sha256=sha256, document=document, problems=problems)


def _fault(error: InvalidFrontMatter) -> Fault:
    return Fault(code=error.code, line=error.line, column=error.column, message=str(error))


def _decoded(data: bytes) -> str:
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        line, column = data.count(b"\n", 0, start) + 1, len(data[start : error.start].decode()) + 1
        byte = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InvalidFrontMatter("E130", line, byte, column) from None
    if not text.strip():
        raise InvalidFrontMatter("E120", 1, "the file is empty")
    if (at := text.find("\0")) >= 0:
        column = at - text.rfind("\n", 0, at)
        raise InvalidFrontMatter("E131", text.count("\n", 0, at) + 1, "the file contains NUL", column)
    return text


def _read(path: str, text: str) -> tuple[Document | None, list[Fault]]:
    """The document and its faults, in any order."""
    if not path.lower().endswith((".yaml", ".yml")):
        front = front_matter.split(text)
    elif _folder_kind(path) or _TAXONOMY_KEY.search(text):
        front = front_matter.whole(text)
    else:
        return None, [Fault(code="W213", line=1, column=1, message="the file is no taxonomy and is skipped")]
    if front.mapping is None:
        return None, _told(front.faults, front.source)
    notes = Notes(front.source)
    document = _document(Fields(front.mapping, (), notes), path, front.body)
    related = front.mapping.get("related")
    front.source.expect_items("related", len(related) if is_list(related) else 0)
    return document, _told([*_faults(front, document, notes), *notes.noted], front.source)


def _folder_kind(path: str) -> str | None:
    """What the folder says a file is: `_data/topics` and `_data/organizations`, also as seen from `_data`."""
    *above, folder = path.split("/")[:-1] or [""]
    return _TAXONOMIES.get(folder) if not above or above[-1] == "_data" else None


def _document(fields: Fields, path: str, body: str) -> Document | None:
    """The document these fields are, by their taxonomy key, else by the folder."""
    kind = fields.rest.get("taxonomy", _folder_kind(path))
    if kind is None and _is_listed_elsewhere(path, fields):
        fields.add("W213", "webUrl", "is missing, and the folder is not one of articles; the file is skipped")
        return None
    if kind is None:
        return article(fields, path, body)
    if kind == "topic":
        return topic(fields)
    if kind == "organization":
        return organization(fields)
    fields.add("W213", "taxonomy", f"is {shown(kind)}, neither topic nor organization; the file is skipped")
    return None


def _is_listed_elsewhere(path: str, fields: Fields) -> bool:
    """Whether it has no address and lies in a collection (`_people`, `_newsletters`) that is not `_news`."""
    collections = [folder for folder in path.split("/")[:-1] if folder.startswith("_")]
    return bool(collections) and "_news" not in collections and not any(map(fields.rest.get, ADDRESSES))


def _faults(front: FrontMatter, document: Document | None, notes: Notes) -> Iterable[Fault]:
    """What is wrong with the YAML itself."""
    if front.faults:
        return front.faults
    has_unseen = (
        any(note.code in _UNSEEN for note in notes.noted) or getattr(document, "extra", None) is not None
    )
    if has_unseen and is_deeper(front.mapping, MAX_DEPTH):
        front.source.consulted = True
    return front.source.exact.faults if front.source.consulted else ()


def _told(found: Sequence[Fault | Note], source: Source) -> list[Fault]:
    """What is told of all that was found: of very many problems the errors first, since they reject the file."""
    if len(found) <= MAX_PROBLEMS:
        return [_placed(one, source) for one in found]
    errors_first = sorted(found, key=lambda one: one.code[0] != "E")
    *told, untold = (_placed(one, source) for one in errors_first[: MAX_PROBLEMS + 1])
    message = f"there are more problems, of which this is one; {MAX_PROBLEMS:,} of a file are told"
    return [*told, Fault(code="W216", line=untold.line, column=untold.column, message=message)]


def _placed(note: Note | Fault, source: Source) -> Fault:
    if isinstance(note, Fault):
        return note
    line, column = source.place(note.path)
    return Fault(code=note.code, line=line, column=column, message=note.message, hint=note.hint)


def _key(document: Document | None) -> NodeKey | None:
    """The key of the article that the document becomes."""
    if not isinstance(document, ArticleDocument) or document.removed:
        return None
    return article_key(article_id(document.url))


def _problem(fault: Fault, path: str, key: NodeKey | None) -> Problem:
    code = CODES[fault.code]
    return Problem(
        code=code.code,
        severity=code.severity,
        message=fault.message,
        hint=fault.hint or code.mend,
        path=path,
        line=fault.line,
        column=fault.column,
        article=key,
    )
