"""The options that a folder sets itself, and the base URL that the configuration of its site generator names.

Options are in the folder's `graph-api.toml`, or under `[tool.graph-api]` of its `pyproject.toml`. Only those are allowed
that change how files are read: a folder that somebody cloned must not set, for example, the port of a server.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from graph_api.documents import yaml_exact
from graph_api.documents.by_path.keys import FIELDS
from graph_api.documents.site import Identity, SiteOptions
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_list, is_mapping, shown
from graph_api.errors import InvalidUrl, SourceError


def of_folder(folder: Path) -> SiteOptions:
    """The options in the folder's own files. Raises SourceError for unknown options and wrong values."""
    own, project = folder / "graph-api.toml", folder / "pyproject.toml"
    if own.is_file():
        return _options(_table(own), own)
    if project.is_file():
        return _options(_table(project).get("tool", {}).get("graph-api", {}), project)
    return SiteOptions()


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from None


def _options(table: Mapping[str, object], path: Path) -> SiteOptions:
    found = SiteOptions()
    for key, value in table.items():
        if key not in _READERS:
            allowed = ", ".join(_READERS)
            raise SourceError(f"{path}: {shown(key)} cannot be set in a folder; only {allowed} can")
        try:
            found = _READERS[key](value).over(found)
        except ValueError as error:
            raise SourceError(f"{path}: {key} {error}") from None
    return found


def base_url(value: object) -> str:
    """A base URL in its canonical form. Raises ValueError when *value* is not one."""
    found = normal_base_url(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            f"must be an http or https URL such as https://example.com/blog/, not {shown(value)}"
        )
    return found


def key_map(value: object) -> Mapping[str, tuple[str, ...]]:
    """Keys by field. Raises ValueError for a field that cannot be mapped."""
    if not is_mapping(value):
        raise ValueError(f"must be a table of fields and keys, not {shown(value)}")
    found: dict[str, tuple[str, ...]] = {}
    for name, keys in value.items():
        texts = keys if is_list(keys) else [keys]
        if name not in FIELDS:
            raise ValueError(f"has no field {shown(name)}; the fields are {', '.join(FIELDS)}")
        if not all(isinstance(text, str) and text for text in texts):
            raise ValueError(f"must give {name} a key or a list of keys, not {shown(keys)}")
        found[name] = tuple(map(str, texts))
    return found


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")  # noqa: TRY004  (a value of a file)
    return value


_READERS: Mapping[str, Callable[[object], SiteOptions]] = {
    "base-url": lambda value: SiteOptions(base_url=base_url(value)),
    "map": lambda value: SiteOptions(key_map=key_map(value)),
    "by-path": lambda value: SiteOptions(identity=Identity.BY_PATH if _flag(value) else Identity.BY_URL),
    "body-links": lambda value: SiteOptions(body_links=_flag(value)),
    "external-links": lambda value: SiteOptions(external_links=_flag(value)),
}


# -- base URLs ----------------------------------------------------------------------------------------------

GENERATOR_FILES = (
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
"""The configuration files that are read, in this order, by their path in the folder."""

_ASTRO_SITE = re.compile(
    r"""(?:^|[{,])[ \t]*["']?site["']?[ \t]*:[ \t]*(["'`])(https?://[^"'`$\s]{1,2000})\1""", re.MULTILINE
)
_LONGEST = 200_000  # characters


def generator_base_url(files: Mapping[str, bytes]) -> str | None:
    """The canonical base URL, with `/` at its end, that the first of *files* (by name) names; None when none does."""
    for name in GENERATOR_FILES:
        text = files[name].decode(errors="replace") if name in files else ""
        found = _named(name.rpartition("/")[2], text[:_LONGEST])
        if found is not None:
            return found
    return None


def _named(name: str, text: str) -> str | None:
    if name.startswith("astro"):
        found = _ASTRO_SITE.search(text)
        return normal_base_url(found[2]) if found else None
    values = {key.lower().replace("_", ""): value for key, value in _values(name, text).items()}
    if name.startswith("_"):  # Jekyll's: `baseurl` is a path below `url`
        url, below = values.get("url"), values.get("baseurl")
        below = below.strip("/") if isinstance(below, str) else ""
        return normal_base_url(f"{url.rstrip('/')}/{below}") if isinstance(url, str) else None
    url = values.get("baseurl")
    return normal_base_url(url) if isinstance(url, str) else None


def _values(name: str, text: str) -> Mapping[str, object]:
    """The top-level values of a configuration; none when it cannot be read."""
    try:
        read = (
            tomllib.loads(text) if name.endswith(".toml") else yaml_exact.value_of(yaml_exact.read(text).root)
        )
    except (ValueError, RecursionError):
        return {}
    return {str(key): value for key, value in read.items()} if is_mapping(read) else {}


def normal_base_url(url: str) -> str | None:
    """*url* as the base of addresses: canonical, without query, with `/` at its end; None when it is not a URL."""
    with suppress(InvalidUrl):
        return canonical_url(url).partition("?")[0].rstrip("/") + "/"
    return None
