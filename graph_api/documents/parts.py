"""Composite values: images, providers, the secured payload, and unknown keys as JSON (`extra`)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

import orjson

from graph_api.documents.document import EmbeddedProvider
from graph_api.documents.fields import Fields, why_invalid
from graph_api.documents.front_matter import KeyPath
from graph_api.documents.hosts import canonical_domain
from graph_api.documents.limits import MAX_EXTRA, MAX_IMAGE_TEXT
from graph_api.documents.problems import Problems
from graph_api.documents.values import clean, is_list, is_mapping, moment, shown, shown_address
from graph_api.documents.yaml_exact import ListNode, MappingNode, Node, scalar
from graph_api.errors import InvalidUrl
from graph_api.records import Image, Secured

_SECURED = re.compile(r"[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]+={0,2}")


def images(fields: Fields, extra: dict[str, object], *, site_relative: bool = False) -> tuple[Image, ...]:
    """The images of a mapping; an image without a valid URL is dropped with a warning.

    Their unknown keys are added to *extra*. *site_relative* allows URLs such as `/assets/x.jpg`, which the
    taxonomies of a site use.
    """
    kept = list(_images(fields, site_relative))
    if any(unread for _, unread in kept):
        extra["images"] = [unread for _, unread in kept]
    return tuple(image for image, _ in kept)


def _images(fields: Fields, site_relative: bool) -> Iterator[tuple[Image, dict[str, object]]]:
    """The valid images with their unknown keys, up to the limits."""
    room = MAX_IMAGE_TEXT
    for path, value in fields.first_entries("images", "W205"):
        found = _image(path, value, fields.problems, site_relative)
        if found is None:
            continue
        room -= len(found[0].url) + len(found[0].title or "")
        if room < 0:
            outcome = "and all following images are dropped: their URLs and titles have together more than"
            hint = "remove some"
            fields.problems.add("W205", path, f"{outcome} {MAX_IMAGE_TEXT:,} characters", hint)
            return
        yield found


def _image(
    path: KeyPath, value: object, problems: Problems, site_relative: bool
) -> tuple[Image, dict[str, object]] | None:
    """The image. In a related item, an image with an error is dropped, so that the item can be kept."""
    part = problems.separate()
    image = _read_image(path, value, part, site_relative)
    if part.errors and path[0] == "related":
        problems.add_as_warning("W205", part.errors, "the image is dropped")
        return None
    problems.found.extend(part.found)
    return image


def _read_image(
    path: KeyPath, value: object, problems: Problems, site_relative: bool
) -> tuple[Image, dict[str, object]] | None:
    fields = Fields(value if is_mapping(value) else {}, path, problems)
    written = fields.unread.get("url") if is_mapping(value) else value
    url = fields.long_text("url") if is_mapping(value) else clean(value) if isinstance(value, str) else None
    address = written if isinstance(written, str) else url  # with its line breaks, which are invalid
    reason = _why_no_image(address.strip(), site_relative) if url and address else "it has no URL"
    if url is None or reason is not None:
        named = f"{shown_address(url)} is not a valid URL: " if url else ""
        hint = "write the URL of a picture, such as https://example.com/picture.jpg"
        problems.add("W205", path, f"is dropped: {named}{reason}", hint)
        return None
    image = Image(
        url=url,
        width=fields.number("width"),
        height=fields.number("height"),
        title=fields.text("title"),
        is_cached=fields.flag("isCached"),
    )
    return image, unknown_keys(fields.unread, path, problems)


def _why_no_image(url: str, site_relative: bool) -> str | None:
    if site_relative and url.startswith("/") and not url.startswith("//"):
        url = f"https://site.example{url}"
    return why_invalid(url)


def provider(parent: Fields, extra: dict[str, object]) -> EmbeddedProvider | None:
    """The provider of an article; None, with a warning, when its domain is missing or invalid."""
    fields = parent.mapping("provider")
    if fields is None:
        return None
    name, domain = fields.text("name"), domain_of(fields, "domain")
    more: dict[str, object] = {}
    pictures = images(fields, more)
    more = {**unknown_keys(fields.unread, fields.path, fields.problems), **more}
    if domain is None:
        more = {**({"name": name} if name else {}), **more}
    if more:
        extra["provider"] = more
    return None if domain is None else EmbeddedProvider(domain=domain, name=name or domain, images=pictures)


def domain_of(fields: Fields, key: str) -> str | None:
    """The domain under *key* in its canonical form; None, with a warning, when it is missing or invalid."""
    text = fields.text(key) or ""
    with suppress(InvalidUrl):
        return canonical_domain(text)
    what = f"must be a domain, not {shown(text)}" if text else "is missing"
    fields.add("W210", key, f"{what}; the provider is dropped", "write it such as example.com")
    return None


def secured(fields: Fields) -> Secured | None:
    """The secured payload. No message quotes it."""
    text = fields.long_text("secured")
    if not text:
        return None
    if _SECURED.fullmatch(text) is None:
        fields.add(
            "W211", "secured", "is dropped: it must be `ciphertext;iv`, both in base64", "copy it unchanged"
        )
        return None
    ciphertext, _, iv = text.partition(";")
    return Secured(ciphertext=ciphertext, iv=iv)


# -- extra -------------------------------------------------------------------------------------------------

_INTEGERS = range(-(2**53) + 1, 2**53)  # JavaScript rounds larger ones
_LOOSE_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][ ]*[0-9]{1,2}:[0-9]{2}:[0-9]{2}[0-9. Zz:+-]*)"
)
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?"
)


def extra_text(fields: Fields, more: Mapping[str, object]) -> str | None:
    """The unknown keys of *fields*, and *more* of its parts, as JSON text; None when there are none.

    What JSON cannot hold becomes text: large integers and NaN as their source text, dates in ISO 8601. Keys that
    exceed the limit are dropped with a warning.
    """
    values = {**unknown_keys(fields.unread, fields.path, fields.problems), **more}
    text = orjson.dumps(values)
    if len(text) > MAX_EXTRA:
        values = _fitting(values, fields)
        text = orjson.dumps(values)
    return text.decode() if values else None


def _fitting(values: Mapping[str, object], fields: Fields) -> dict[str, object]:
    """The first of *values* that fit into the limit."""
    kept: dict[str, object] = {}
    room = MAX_EXTRA
    for key, value in values.items():
        size = len(orjson.dumps({key: value}))
        if size <= room:
            kept[key] = value
            room -= size
        else:
            fields.add("W215", key, _NO_ROOM, "shorten it, or move it to the body")
    return kept


_NO_ROOM = f"is dropped: unknown keys may have at most {MAX_EXTRA:,} bytes as JSON"


def unknown_keys(unread: Mapping[str, object], path: KeyPath, problems: Problems) -> dict[str, object]:
    """The unknown keys of the mapping at *path*, with values that JSON can hold."""
    return {key: _fit(value, (*path, key), problems) for key, value in unread.items()}


def _fit(value: object, path: KeyPath, problems: Problems) -> object:
    if _is_fit(value):
        return value
    node = problems.node(path)
    return _from_node(node) if node is not None else str(value)


def _is_fit(value: object) -> bool:
    if isinstance(value, str):
        return _LOOSE_MOMENT.fullmatch(value) is None or _ISO_MOMENT.fullmatch(value) is not None
    if is_mapping(value):
        return all(isinstance(key, str) and _is_fit(item) for key, item in value.items())
    if is_list(value):
        return all(map(_is_fit, value))
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or value in _INTEGERS


def _from_node(node: Node) -> object:
    if isinstance(node, MappingNode):
        return {key: _from_node(item) for key, item in node.values.items()}
    if isinstance(node, ListNode):
        return [_from_node(item) for item in node.items]
    value = scalar(node)
    if isinstance(value, str):
        return _iso(value) if node.plain else value
    return value if _is_fit(value) else node.text


def _iso(text: str) -> str:
    """A date and time in one of YAML's looser spellings as ISO 8601 in UTC; any other text unchanged."""
    found = moment(text) if _LOOSE_MOMENT.fullmatch(text) and not _ISO_MOMENT.fullmatch(text) else None
    return text if found is None else found[0].isoformat().replace("+00:00", "Z")
