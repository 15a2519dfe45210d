"""The files of the pages: compressed ahead, kept for good, and nothing else of the folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from graph_api.server.pages import Assets
from graph_api.server.runtime.compression import Compression
from tests.server.calling import Answered, call

CONTENT = b"export const articles = 1;\n" * 100
NAME = "page-0A1B2C3D.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dist")
    (made / NAME).write_bytes(CONTENT)
    (made / f"{NAME}.br").write_bytes(brotli.compress(CONTENT))
    (made / f"{NAME}.gz").write_bytes(gzip.compress(CONTENT))
    (made / "icon-0A1B2C3D.svg").write_bytes(b"<svg/>")
    (made / "manifest.json").write_bytes(b"{}")
    return made


async def asset(folder: Path, name: str, **headers: str) -> Answered:
    app = Starlette(
        routes=[Route("/assets/{name}", Assets(folder).respond)], middleware=[Middleware(Compression)]
    )
    sent = [(key.replace("_", "-"), value) for key, value in headers.items()]
    return await call(app, "GET", f"/assets/{name}", headers=sent)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("br;q=0, *;q=0", None),
    ],
)
async def test_a_file_comes_in_the_best_coding_that_is_accepted(
    folder: Path, accepted: str, coding: str | None
) -> None:
    answer = await asset(folder, NAME, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    decoded = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](answer.body)
    assert (answer.status, decoded) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(answer.body))


async def test_a_file_is_kept_for_good_and_told_apart_by_coding(folder: Path) -> None:
    answer = await asset(folder, NAME, accept_encoding="br")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["etag"] == '"0A1B2C3D-br"'
    assert answer.media_type == "text/javascript; charset=utf-8"


async def test_who_knows_a_file_is_told_that_it_has_not_changed(folder: Path) -> None:
    known = (await asset(folder, NAME, accept_encoding="br")).headers["etag"]
    answer = await asset(folder, NAME, accept_encoding="br", if_none_match=known)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == known
    assert answer.headers["cache-control"].endswith("immutable")


@pytest.mark.parametrize(
    "name", ["manifest.json", f"{NAME}.br", f"{NAME}.gz", "page-FFFFFFFF.js", "..%2Fpages.py", "%00"]
)
async def test_what_is_not_named_by_its_content_is_not_there(folder: Path, name: str) -> None:
    assert (await asset(folder, name)).status == 404


async def test_without_a_build_there_are_no_files(tmp_path: Path) -> None:
    assert (await asset(tmp_path / "dist", NAME)).status == 404
