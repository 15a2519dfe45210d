"""How the files of one source folder are read: by URL or by path, and what the folder's settings add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum

NO_BASE_URL = "https://articles.invalid/"
"""The base URL of a folder that declares none. `.invalid` is reserved (RFC 2606), so no real URL is below it."""


class Identity(Enum):
    """What identifies the articles of a folder: the URL in their front matter, or the path of their file."""

    BY_URL = "by-url"
    BY_PATH = "by-path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How the files of a folder are read. Stored with the folder, and part of the revision.

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

    @property
    def has_references(self) -> bool:
        """Whether documents of the folder may name each other, by links or in lists."""
        return self.body_links or self.identity is Identity.BY_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """Options for reading a folder, from the command line or the folder's own files; None: not set."""

    identity: Identity | None = None
    base_url: str | None = None
    key_map: Mapping[str, tuple[str, ...]] | None = None
    body_links: bool | None = None
    external_links: bool | None = None

    def over(self, other: SiteOptions) -> SiteOptions:
        """These options; those that are not set are taken from *other*."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(other, **{name: value for name, value in own.items() if value is not None})


def site(options: SiteOptions, identity: Identity, base_url: str | None, above: tuple[str, ...]) -> Site:
    """How a folder is read under *options*; *base_url* is that of the folder's site generator, None without one.

    Links of bodies are read in folders that are read by path, unless the options say otherwise.
    """
    is_by_path = identity is Identity.BY_PATH
    return Site(
        identity=identity,
        base_url=(options.base_url or base_url or NO_BASE_URL) if is_by_path else NO_BASE_URL,
        key_map=(options.key_map or {}) if is_by_path else {},
        body_links=is_by_path if options.body_links is None else options.body_links,
        external_links=bool(options.external_links),
        above=above if is_by_path else (),
    )
