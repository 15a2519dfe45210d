"""The published JSON Schema (2020-12) of an article's front matter.

A document that does not fit has errors or warnings. Some problems, such as an invalid host, only `graph-api check` finds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graph_api.documents.document import ArticleDocument, RelatedItem, ScalarField, scalar_fields
from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT, MAX_URL
from graph_api.records import CopyFields

_INT_32 = {"type": ["integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1}
_FLAG = {"type": ["boolean", "null"]}
_MOMENT_PATTERN = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]*)?)? *([Zz]|[-+][0-9]{1,2}(:?[0-9]{2})?)?)?$"


def front_matter_schema() -> dict[str, Any]:
    """The JSON Schema of an article's front matter, with a description for every field."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:graph-api:front-matter",
        "title": "Front matter of an article",
        "description": "The YAML mapping between the first two lines of three dashes of a Markdown file. "
        "Keys that are not listed are kept and answered as `extra`.",
        "type": "object",
        "properties": _article(),
        "allOf": [
            _one_of("title", "name", because="Every article has a title; events may say name."),
            _one_of("webUrl", "originalUrl", "website", because="An article is known by its address."),
        ],
        "$defs": {
            "text": {
                "type": ["string", "number", "boolean"],
                "maxLength": MAX_TEXT,
                "description": "A text; YAML's other scalars keep their spelling.",
            },
            "url": {
                "type": "string",
                "maxLength": MAX_URL,
                "pattern": "^\\s*[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@]+([/?#]|\\s*$)",
                "format": "iri",
            },
            "image": _image(),
            "provider": _provider(),
            "related": _related(),
        },
    }


def _one_of(*keys: str, because: str) -> dict[str, Any]:
    filled = {"type": ["string", "number", "boolean"], "not": {"const": ""}}
    options = [{"required": [key], "properties": {key: filled}} for key in keys]
    return {"anyOf": options, "description": because}


def _ref(name: str, description: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}], "description": description}


def _list(name: str, description: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": {"$ref": f"#/$defs/{name}"}, "description": description}


def _scalars(record: type[CopyFields]) -> dict[str, Any]:
    """The rules of the scalars that *record* declares, by key."""
    return {one.key: _rule(one) for one in scalar_fields(record)}


def _rule(field: ScalarField) -> dict[str, Any]:
    description = field.scalar.description
    if field.name == "type":
        return {**_ref("text", description), "default": "article"}
    if field.scalar.is_url:
        return _url(description)
    if field.type is datetime:
        return {"type": ["string", "null"], "pattern": _MOMENT_PATTERN, "description": description}
    if field.type is str:
        return _ref("text", description)
    return {**(_INT_32 if field.type is int else _FLAG), "description": description}


def _article() -> dict[str, Any]:
    return {
        **_scalars(ArticleDocument),
        **_PARTS,
        "removed": {
            **_FLAG,
            "description": "true takes the article and all relations to it out of the graph.",
        },
        "topics": {
            "type": ["array", "null"],
            "items": {"$ref": "#/$defs/text"},
            "maxItems": MAX_ITEMS,
            "description": "Names of topics, the site's root topic first; capitals make no difference.",
        },
        "related": _list(
            "related", "Embedded copies of related articles, the closest first: position carries meaning."
        ),
        "featuredContent": {
            "type": ["string", "number", "boolean", "null"],
            "description": "HTML of embedded content, usually one iframe.",
        },
        "secured": {
            "type": ["string", "null"],
            "pattern": "^\\s*[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]+={0,2}\\s*$",
            "description": "An opaque encrypted payload: ciphertext;iv, both in base64. Kept, never decrypted.",
        },
        "name": _ref("text", "An event's title."),
        "website": {"description": "An event's address; stands in for missing URLs."},
    }


def _url(description: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": "#/$defs/url"}, {"type": "null"}, {"const": ""}], "description": description}


def _image() -> dict[str, Any]:
    fields = {
        "url": {"$ref": "#/$defs/url", "description": "The picture's address."},
        "width": {**_INT_32, "description": "In pixels."},
        "height": {**_INT_32, "description": "In pixels."},
        "title": _ref("text", "A caption."),
        "isCached": {**_FLAG, "description": "Whether the site keeps a copy."},
    }
    mapping = {"type": "object", "properties": fields, "required": ["url"]}
    return {
        "anyOf": [{"$ref": "#/$defs/url"}, mapping],
        "description": "A picture: its address, or a mapping with more.",
    }


def _provider() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A publisher, known by its domain.",
        "properties": {
            "name": _ref("text", "As it is shown; the domain when absent."),
            "domain": {
                "type": "string",
                "pattern": "^\\s*[^\\s/:@?#]+\\s*$",
                "description": "The identity, such as example.com.",
            },
            "images": {**_list("image", "Logos."), "maxItems": MAX_ITEMS},
        },
        "required": ["domain"],
    }


def _related() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A copy of a related article. Where the article has a file of its own, the file wins.",
        "properties": {**_scalars(RelatedItem), **_PARTS},
        "required": ["title"],
        "anyOf": [{"required": ["webUrl"]}, {"required": ["originalUrl"]}],
    }


_PARTS = {
    "provider": _ref("provider", "Who publishes the article."),
    "images": {**_list("image", "Pictures of the article."), "maxItems": MAX_ITEMS},
}
