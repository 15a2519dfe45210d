"""The files of the pages, as the build left them: named by their content, compressed ahead, kept by browsers for good."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from graph_api.server.graphql.negotiation import content_coding
from graph_api.server.runtime.compression import entity_tag

_NAMED_BY_CONTENT = re.compile(r"[\w.]+-([0-9A-Z]{8})\.(\w+)")
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "woff": "font/woff",
    "woff2": "font/woff2",
}
_ENDINGS = {"br": ".br", "gzip": ".gz"}  # what each file may lie there in, the smallest first
_FOR_GOOD = "public, max-age=31536000, immutable"


class Assets:
    """Answers requests for the files in *folder*. What is not there, or not named by its content, is 404."""

    def __init__(self, folder: Path) -> None:
        found = {file.name for file in folder.iterdir()} if folder.is_dir() else set[str]()
        self._folder = folder
        self._codings = {
            name: tuple(coding for coding, ending in _ENDINGS.items() if name + ending in found)
            for name in found
            if _NAMED_BY_CONTENT.fullmatch(name)
        }

    async def answer(self, request: Request) -> Response:
        """The file that the path's last part names, in a coding that the client accepts."""
        name: str = request.path_params["name"]
        codings = self._codings.get(name)
        named = _NAMED_BY_CONTENT.fullmatch(name)
        if codings is None or named is None:
            raise HTTPException(404)
        tag, ending = f'"{named[1]}"'.encode(), named[2]
        headers = {"cache-control": _FOR_GOOD, "vary": "accept-encoding"}
        if known := entity_tag(tag, request.headers.get("if-none-match", "").encode("latin-1")):
            return Response(status_code=304, headers={**headers, "etag": known.decode("latin-1")})
        coding = content_coding(request.headers.get("accept-encoding", "").encode("latin-1"), codings)
        if coding is None:
            headers["etag"] = tag.decode()
            return FileResponse(self._folder / name, headers=headers, media_type=_TYPES[ending])
        headers |= {"etag": f'"{named[1]}-{coding}"', "content-encoding": coding}
        return FileResponse(
            self._folder / (name + _ENDINGS[coding]), headers=headers, media_type=_TYPES[ending]
        )
