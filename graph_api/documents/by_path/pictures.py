"""The pictures of a document: full URLs, and relative ones resolved against the base URL of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urljoin

from graph_api.documents.by_path.addresses import is_invalid
from graph_api.documents.by_path.keys import Keys
from graph_api.documents.limits import MAX_IMAGE_TEXT, MAX_ITEMS, MAX_TEXT, MAX_URL
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import clean, is_list, is_mapping
from graph_api.errors import InvalidUrl
from graph_api.records import Image, normalized

_KEYS = ("images", "image", "heroImage", "cover", "thumbnail", "featured_image", "banner")
_ADDRESSES = ("url", "src", "image", "path", "relative")
_TITLES = ("title", "alt", "caption")
_PICTURE = re.compile(r"[^?#]*\.(?:avif|bmp|gif|ico|jpe?g|png|svg|tiff?|webp)(?:[?#].*)?", re.IGNORECASE)


def pictures(keys: Keys, path: str, base_url: str) -> Iterator[Image]:
    """The pictures of the document at *path*, at most MAX_ITEMS. A value that is not a picture stays in `extra`, without a warning."""
    room, count = MAX_IMAGE_TEXT, 0
    for key, value in keys.of("images", _KEYS):
        items = value if is_list(value) else [value]
        found = [image for item in items if (image := _picture(item, path, base_url)) is not None]
        if found and len(found) == len(items) and not any(map(is_mapping, items)):
            keys.use("images", key)
        elif found:
            keys.read_from.append(("images", key))
        for image in found:
            room -= len(image.url) + len(image.title or "")
            count += 1
            if room >= 0 and count <= MAX_ITEMS:
                yield image


def _picture(item: object, path: str, base_url: str) -> Image | None:
    title = None
    if is_mapping(item):
        title = next(
            (text for key in _TITLES if isinstance(text := item.get(key), str) and text.strip()), None
        )
        item = next((text for key in _ADDRESSES if isinstance(text := item.get(key), str) and text), None)
    if not isinstance(item, str) or len(item) > MAX_URL:
        return None
    url = _resolved(item.strip(), path, base_url)
    return None if url is None else Image(url=url, title=title and normalized("NFC", clean(title))[:MAX_TEXT])


def _resolved(text: str, path: str, base_url: str) -> str | None:
    """The URL of a picture; None when it is invalid, or relative in a folder without a base URL.

    `/a.png` and `images/a.png` lie below the base URL; `a.png`, `./a.png` and `../a.png` beside the document.
    """
    if not text.lower().startswith(("http://", "https://")):
        if is_invalid(base_url) or _PICTURE.fullmatch(text) is None or ":" in text:
            return None
        if not text.startswith("//"):
            text = _below_base(text, path, base_url)
    with suppress(InvalidUrl, ValueError):
        text = urljoin(base_url, text)
        canonical_url(text)
        return text
    return None


def _below_base(text: str, path: str, base_url: str) -> str:
    if text.startswith("/"):
        whole = urljoin(base_url, text)
        is_whole = whole.startswith(base_url)  # it names the folder of the base URL itself
        return whole if is_whole else base_url + text.lstrip("/")
    if "/" in text and not text.startswith("."):
        return base_url + text
    folder = path.rpartition("/")[0]
    return urljoin(f"{base_url}{folder}/" if folder else base_url, text)
