"""What a folder says about how it is read: `graph-api.toml`, or `[tool.graph-api]` of a `pyproject.toml`, in it.

Only settings that change what the files mean may stand there. Others, such as a port, belong to who serves the folder:
a folder that was cloned must not open a server.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graph_api.documents.by_path.configuration import normal
from graph_api.documents.by_path.keys import FIELDS
from graph_api.documents.site import Identity, SiteOptions
from graph_api.documents.values import is_list, is_mapping, shown
from graph_api.errors import SourceError


def of_folder(folder: Path) -> SiteOptions:
    """The options in the folder's own files. SourceError for settings that may not stand there, or wrong values."""
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
    """A base URL in its canonical form. ValueError when it is none."""
    found = normal(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            f"must be an http or https URL such as https://example.com/blog/, not {shown(value)}"
        )
    return found


def key_map(value: object) -> Mapping[str, tuple[str, ...]]:
    """Keys by field. ValueError when a field is none that can be mapped."""
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
