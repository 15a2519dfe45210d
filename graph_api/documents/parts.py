"""The parts that several kinds of documents share: images, providers, secured payloads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_api.documents.document import ProviderMention
from graph_api.documents.extra import leftovers
from graph_api.documents.fields import Fields, Notes
from graph_api.documents.limits import MAX_IMAGE_TEXT
from graph_api.documents.scalars import is_mapping
from graph_api.documents.source import Path
from graph_api.documents.texts import clean, shown, shown_address
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.records import Image, Secured

_DOMAIN = re.compile(r"[^\s/:@?#\\\"'<>.]+(?:\.[^\s/:@?#\\\"'<>.]+)*")
_SECURED = re.compile(r"[A-Za-z0-9+/]+={0,2};[A-Za-z0-9+/]+={0,2}")


def images(fields: Fields, extra: dict[str, object], *, site_relative: bool = False) -> tuple[Image, ...]:
    """The images of a mapping; one without a usable URL is left out with a warning.

    Their unclaimed keys go to *extra*. With *site_relative* also URLs such as `/assets/x.jpg` are usable:
    taxonomies of a site write them so.
    """
    kept = list(_images(fields, site_relative))
    if any(rest for _, rest in kept):
        extra["images"] = [rest for _, rest in kept]
    return tuple(image for image, _ in kept)


def _images(fields: Fields, site_relative: bool) -> Iterator[tuple[Image, dict[str, object]]]:
    """The usable images with their unclaimed keys, as many as fit."""
    room = MAX_IMAGE_TEXT
    for path, value in fields.first_entries("images", "W205"):
        found = _image(path, value, fields.notes, site_relative)
        if found is None:
            continue
        room -= len(found[0].url) + len(found[0].title or "")
        if room < 0:
            outcome = "is left out, and so is what follows: addresses and titles of images hold more than"
            hint = "remove those that matter least"
            fields.notes.add("W205", path, f"{outcome} {MAX_IMAGE_TEXT:,} characters", hint)
            return
        yield found


def _image(
    path: Path, value: object, notes: Notes, site_relative: bool
) -> tuple[Image, dict[str, object]] | None:
    """The image; in a related item one with a wrong value is left out, so that the relation stays."""
    part = notes.part()
    image = _read_image(path, value, part, site_relative)
    if part.errors and path[0] == "related":
        notes.weaken("W205", part.errors, "the image is left out")
        return None
    notes.noted.extend(part.noted)
    return image


def _read_image(
    path: Path, value: object, notes: Notes, site_relative: bool
) -> tuple[Image, dict[str, object]] | None:
    fields = Fields(value if is_mapping(value) else {}, path, notes)
    written = fields.rest.get("url") if is_mapping(value) else value
    url = fields.long_text("url") if is_mapping(value) else clean(value) if isinstance(value, str) else None
    address = written if isinstance(written, str) else url  # before line breaks are folded
    reason = _why_no_image(address.strip(), site_relative) if url and address else "it has no url"
    if url is None or reason is not None:
        named = f" {shown_address(url)}" if url else ""
        hint = "give the address of a picture, such as https://example.com/picture.jpg"
        notes.add("W205", path, f"is left out: its address{named} cannot be used: {reason}", hint)
        return None
    image = Image(
        url=url,
        width=fields.number("width"),
        height=fields.number("height"),
        title=fields.text("title"),
        is_cached=fields.flag("isCached"),
    )
    return image, leftovers(fields.rest, path, notes)


def _why_no_image(url: str, site_relative: bool) -> str | None:
    if site_relative and url.startswith("/") and not url.startswith("//"):
        url = f"https://site.example{url}"
    try:
        canonical_url(url)
    except InvalidUrl as problem:
        return str(problem)
    return None


def provider(parent: Fields, extra: dict[str, object]) -> ProviderMention | None:
    """The provider an article names; without a usable domain it is nobody, and a warning says so."""
    fields = parent.mapping("provider")
    if fields is None:
        return None
    name, domain = fields.text("name"), domain_of(fields, "domain")
    more: dict[str, object] = {}
    pictures = images(fields, more)
    more = {**leftovers(fields.rest, fields.path, fields.notes), **more}
    if domain is None:
        more = {**({"name": name} if name else {}), **more}
    if more:
        extra["provider"] = more
    return None if domain is None else ProviderMention(domain=domain, name=name or domain, images=pictures)


def domain_of(fields: Fields, key: str) -> str | None:
    """The domain under *key*, in lower case; None, with a warning, when it is absent or no domain."""
    text = (fields.text(key) or "").lower()
    if _DOMAIN.fullmatch(text):
        return text
    what = f"is not a domain: {shown(text)}" if text else "is missing"
    fields.add("W210", key, f"{what}; the provider is left out", "write it such as example.com")
    return None


def secured(fields: Fields) -> Secured | None:
    """The secured payload; it is never named in a message."""
    text = fields.long_text("secured")
    if not text:
        return None
    if _SECURED.fullmatch(text) is None:
        fields.add("W211", "secured", "is left out: it is not `ciphertext;iv` in base64", "copy it unchanged")
        return None
    ciphertext, _, iv = text.partition(";")
    return Secured(ciphertext=ciphertext, iv=iv)
