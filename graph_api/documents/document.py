"""What a valid file says: one frozen document, ready to be merged with others into the graph.

Texts are trimmed, line breaks inside them folded to one space; URLs are canonical where the name says
so and the source text elsewhere; moments are UTC. `extra` is JSON text of the keys nobody else claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, get_args, get_origin, get_type_hints

from graph_api.records import ArticleFields, CopyFields, Image, Problem, Scalar, Secured


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMention:
    """A publisher as an article names it; *domain* is lower case and the identity."""

    domain: str
    name: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedItem(CopyFields):
    """A related article as another document embeds it; *url* is canonical."""

    provider: ProviderMention | None
    images: tuple[Image, ...]
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDocument(ArticleFields):
    """An article file. *related* is clean: no self-relation, each URL once, in the document's order."""

    removed: bool
    featured_content: str | None
    secured: Secured | None
    provider: ProviderMention | None
    topics: tuple[str, ...]
    images: tuple[Image, ...]
    related: tuple[RelatedItem, ...]
    body: str | None
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDocument:
    """A taxonomy file of one topic; *parent* is the parent's name."""

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
    """A file that describes one provider."""

    domain: str
    name: str
    other_names: tuple[str, ...]
    description: str | None
    images: tuple[Image, ...]
    extra: str | None


Document: TypeAlias = ArticleDocument | TopicDocument | ProviderDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one file: its document, or None when it was rejected, and all its problems."""

    path: str
    sha256: str
    document: Document | None
    problems: tuple[Problem, ...]


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
