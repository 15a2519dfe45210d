"""The base URL that the configuration of a site generator names: Jekyll's, Hugo's, or Astro's where it is plain text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from graph_api.documents import yaml_exact
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_mapping
from graph_api.errors import InvalidUrl

FILES = (
    "_config.yml",
    "_config.yaml",
    *(f"{name}.{ending}" for name in ("hugo", "config") for ending in ("toml", "yaml", "yml")),
    *(f"astro.config.{ending}" for ending in ("mjs", "ts", "js")),
)
"""The files that are looked at, in this order, in the folder itself."""

_ASTRO_SITE = re.compile(r"""^\s*site\s*:\s*(["'`])(https?://[^"'`$\s]+)\1""", re.MULTILINE)


def base_url(files: Mapping[str, bytes]) -> str | None:
    """The canonical base URL, with `/` at its end, that the first of *files* (by name) names; None when none does."""
    for name in FILES:
        found = _named(name, files[name].decode(errors="replace")) if name in files else None
        if found is not None:
            return found
    return None


def _named(name: str, text: str) -> str | None:
    if name.startswith("astro"):
        found = _ASTRO_SITE.search(text)
        return normal(found[2]) if found else None
    values = _values(name, text)
    url = next(
        (values[key] for key in values if key.lower() == ("url" if name[0] == "_" else "baseurl")), None
    )
    below = values.get("baseurl") if name[0] == "_" else ""
    return normal(f"{url.rstrip('/')}/{str(below or '').strip('/')}") if isinstance(url, str) else None


def _values(name: str, text: str) -> Mapping[str, Any]:
    with suppress(tomllib.TOMLDecodeError):
        read = (
            tomllib.loads(text) if name.endswith(".toml") else yaml_exact.value_of(yaml_exact.read(text).root)
        )
        return {str(key): value for key, value in read.items()} if is_mapping(read) else {}
    return {}


def normal(url: str) -> str | None:
    """*url* as the base of addresses: canonical, without query, with `/` at its end; None when it is not a URL."""
    with suppress(InvalidUrl):
        return canonical_url(url).partition("?")[0].rstrip("/") + "/"
    return None
