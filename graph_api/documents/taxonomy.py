"""Reads taxonomy files: topics with their parents, and organizations, which describe providers."""

from __future__ import annotations

from graph_api.documents.document import ProviderDocument, TopicDocument
from graph_api.documents.fields import Fields
from graph_api.documents.parts import domain_of, extra_text, images
from graph_api.documents.slugs import topic_slug


def topic(fields: Fields) -> TopicDocument | None:
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


def organization(fields: Fields) -> ProviderDocument | None:
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
