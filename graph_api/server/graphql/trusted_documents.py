"""Trusted documents: the operations a server answers by name, read from a folder or from a manifest.

A folder holds `.graphql` files, each known by its path without the ending. A manifest is JSON: that of
Apollo's `generate-persisted-query-manifest`, or an object of text by id, such as relay-compiler and graphql-codegen write.
Every document is parsed, admitted and validated here, so that what cannot be answered is heard of at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from graph_api.errors import OperationRefused, SourceError
from graph_api.execution.preparation import Preparation
from graph_api.server.graphql.request import json_object

_APOLLO = "apollo-persisted-query-manifest"
_SUFFIXES = frozenset({".graphql", ".gql"})


def trusted_documents(source: Path, preparation: Preparation) -> dict[str, str]:
    """The texts by id of the documents in *source*. Raises `SourceError` that names all that cannot be served."""
    documents = list(_in_folder(source) if source.is_dir() else _in_manifest(source))
    if not documents:
        raise SourceError(f"{source}: there are no documents in it")
    problems = [line for place, _, text in documents for line in _problems(place, text, preparation)]
    texts = {id: text for _, id, text in documents}
    if len(texts) < len(documents):
        problems.append(f"{source}: an id is given twice")
    if problems:
        raise SourceError("\n".join(["these trusted documents cannot be served", *problems]))
    return texts


_Document = tuple[str, str, str]  # where it stands, for messages; its id; its text


def _in_folder(folder: Path) -> Iterator[_Document]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in _SUFFIXES and file.is_file():
            yield str(file), file.relative_to(folder).with_suffix("").as_posix(), _read(file)


def _in_manifest(file: Path) -> Iterator[_Document]:
    try:
        manifest: Any = orjson.loads(_read(file))
    except orjson.JSONDecodeError as error:
        raise SourceError(
            f"{file}:{error.lineno}:{error.colno} a manifest must be JSON: {error.msg}"
        ) from None
    for id, text in _listed(manifest, file):
        if not isinstance(id, str) or not id or not isinstance(text, str):
            raise SourceError(f"{file}: {id!r}: an id and the text of a document are expected")
        yield f"{file}: {id}", id, text


def _listed(manifest: Any, file: Path) -> Iterator[tuple[object, object]]:
    named = json_object(manifest)
    if named is None:
        raise SourceError(f"{file}: a manifest must be one JSON object")
    if "format" not in named:
        yield from named.items()
        return
    operations: Any = named.get("operations")
    if (named["format"], named.get("version")) != (_APOLLO, 1) or not isinstance(operations, list):
        raise SourceError(f"{file}: only version 1 of the format {_APOLLO!r} is known")
    for each in map(json_object, operations):  # pyright: ignore[reportUnknownArgumentType] - any JSON
        yield (each.get("id"), each.get("body")) if each else (None, None)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise SourceError(f"{file}: the file is not UTF-8") from None
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from None


def _problems(place: str, text: str, preparation: Preparation) -> Iterator[str]:
    try:
        preparation.check(text)
    except OperationRefused as refused:
        for error in refused.errors:
            at = "".join(f":{one['line']}:{one['column']}" for one in error.get("locations", ())[:1])
            yield f"{place}{at or ':'} {error['message']}"
