"""How the files of one source folder are read: by URL or by path, and what the folder's settings add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

NO_BASE_URL = "https://articles.invalid/"
"""The base of addresses where nobody names one. `.invalid` is reserved (RFC 2606): nothing links there."""


class Identity(Enum):
    """What identifies the articles of a folder: the URL in their front matter, or the path of their file."""

    BY_URL = "by-url"
    BY_PATH = "by-path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a folder's files mean beside what they say; stored with the folder, and part of the revision.

    *base_url* is canonical and ends with `/`; *key_map* names additional keys for a field, as `--map FIELD=KEY` does
    (`{"excerpt": ("spoiler",), "related": ("see_also",)}`); *above* are the names of the folder and those above
    it, outermost first, which decide only whether the folder is `_data` or below it.
    """

    identity: Identity = Identity.BY_URL
    base_url: str = NO_BASE_URL
    key_map: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    body_links: bool = False
    external_links: bool = False
    above: tuple[str, ...] = ()
