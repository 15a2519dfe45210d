"""The base URL that the configuration of a site generator names: Jekyll's, Hugo's, or Astro's where it is plain text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress

from graph_api.documents import yaml_exact
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_mapping
from graph_api.errors import InvalidUrl

FILES = (
    "_config.yml",
    "_config.yaml",
    *(f"{name}.{ending}" for name in ("hugo", "config") for ending in ("toml", "yaml", "yml", "json")),
    *(
        f"config/_default/{name}.{ending}"
        for name in ("hugo", "config")
        for ending in ("toml", "yaml", "yml")
    ),
    *(f"astro.config.{ending}" for ending in ("mjs", "ts", "js")),
)
"""The files that are looked at, in this order, by their path in the folder."""

_ASTRO_SITE = re.compile(
    r"""(?:^|[{,])[ \t]*["']?site["']?[ \t]*:[ \t]*(["'`])(https?://[^"'`$\s]{1,2000})\1""", re.MULTILINE
)
_LONGEST = 200_000  # characters


def base_url(files: Mapping[str, bytes]) -> str | None:
    """The canonical base URL, with `/` at its end, that the first of *files* (by name) names; None when none does."""
    for name in FILES:
        text = files[name].decode(errors="replace") if name in files else ""
        found = _named(name.rpartition("/")[2], text[:_LONGEST])
        if found is not None:
            return found
    return None


def _named(name: str, text: str) -> str | None:
    if name.startswith("astro"):
        found = _ASTRO_SITE.search(text)
        return normal(found[2]) if found else None
    values = {key.lower().replace("_", ""): value for key, value in _values(name, text).items()}
    if name.startswith("_"):  # Jekyll's: `baseurl` is a path below `url`
        url, below = values.get("url"), values.get("baseurl")
        below = below.strip("/") if isinstance(below, str) else ""
        return normal(f"{url.rstrip('/')}/{below}") if isinstance(url, str) else None
    url = values.get("baseurl")
    return normal(url) if isinstance(url, str) else None


def _values(name: str, text: str) -> Mapping[str, object]:
    """The top-level values of a configuration; none when it cannot be read."""
    try:
        read = (
            tomllib.loads(text) if name.endswith(".toml") else yaml_exact.value_of(yaml_exact.read(text).root)
        )
    except (ValueError, RecursionError):
        return {}
    return {str(key): value for key, value in read.items()} if is_mapping(read) else {}


def normal(url: str) -> str | None:
    """*url* as the base of addresses: canonical, without query, with `/` at its end; None when it is not a URL."""
    with suppress(InvalidUrl):
        return canonical_url(url).partition("?")[0].rstrip("/") + "/"
    return None
