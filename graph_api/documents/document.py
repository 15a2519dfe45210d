"""Records of one valid file.

Texts are trimmed, and line breaks inside them are one space. `url` is canonical; other URLs are as written.
Dates are UTC. `extra` holds the unknown keys as JSON text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias, get_args, get_origin, get_type_hints

from graph_api.records import ArticleFields, CopyFields, Image, Problem, Scalar, Secured


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedProvider:
    """A provider as an article names it; *domain* is its identity."""

    domain: str
    name: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedItem(CopyFields):
    """A related article as another document embeds it."""

    provider: EmbeddedProvider | None
    images: tuple[Image, ...]
    extra: str | None = None


class ReferenceForm(Enum):
    """How a document names another one: in a list of its front matter, by a link, a wikilink, or a template tag."""

    LISTED = "listed"
    LINK = "link"
    WIKILINK = "wikilink"
    TAG = "tag"


class Reference(NamedTuple):
    """A place where a document names another one: *target* as written, without fragment, and the link's *text*.

    *line* counts from 1 in the file.
    """

    form: ReferenceForm
    target: str
    line: int
    text: str = ""


class LeftOut(Enum):
    """Why a file is skipped without a problem: it is empty, a part of other pages, or a data file."""

    EMPTY = "empty"
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDocument(ArticleFields):
    """An article file. *related* is in the document's order, without the article itself and without duplicates.

    *addresses* are the paths below the site's root that the document declares; *names* other titles that wikilinks
    use; *references* the documents it names, in front matter first, then in the order of the body.
    """

    removed: bool
    featured_content: str | None
    secured: Secured | None
    provider: EmbeddedProvider | None
    topics: tuple[str, ...]
    images: tuple[Image, ...]
    related: tuple[RelatedItem, ...]
    body: str | None
    extra: str | None
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDocument:
    """A taxonomy file of a topic; *parent* is the name of its parent."""

    slug: str
    name: str
    shortname: str | None
    parent: str | None
    keywords: tuple[str, ...]
    hashtags: tuple[str, ...]
    images: tuple[Image, ...]
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDocument:
    """A taxonomy file of a provider."""

    domain: str
    name: str
    other_names: tuple[str, ...]
    description: str | None
    images: tuple[Image, ...]
    extra: str | None


Document: TypeAlias = ArticleDocument | TopicDocument | ProviderDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """The document of one file, None when the file is rejected or left out, and its problems.

    *read_from* pairs a field with the key, or the part of the file, that its value comes from.
    """

    path: str
    sha256: str
    document: Document | None
    problems: tuple[Problem, ...]
    left_out: LeftOut | None = None
    read_from: tuple[tuple[str, str], ...] = ()


class ScalarField(NamedTuple):
    """A declared scalar: its *name* in Python, its *key* in the front matter, and the type of its values."""

    name: str
    key: str
    type: type
    scalar: Scalar


def scalar_fields(record: type[CopyFields]) -> tuple[ScalarField, ...]:
    """The scalars that *record* declares, in its order."""
    found: list[ScalarField] = []
    for name, hint in get_type_hints(record, include_extras=True).items():
        declared = [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Scalar)]
        if declared:
            annotated = get_args(hint)[0]
            value_type = annotated if get_origin(annotated) is None else get_args(annotated)[0]
            first, *words = name.split("_")
            key = first + "".join(word.title() for word in words)
            found.append(ScalarField(name, key, value_type, declared[0]))
    return tuple(found)
