"""Canonical URLs: the identity of articles.

Why not `urllib.parse`: an identity must not change with a library's release, and `urlsplit` drops line breaks
silently, where a document with such a URL must be rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from string import hexdigits

from graph_api.documents.hosts import canonical_host
from graph_api.documents.limits import MAX_URL
from graph_api.errors import InvalidUrl

_CACHED_URLS = 65_536

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]*))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ESCAPE = re.compile(r"(%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?])")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORT = {"http": "80", "https": "443"}

TRACKERS = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_ga", "_gl"),
        *(
            "msclkid",
            "twclid",
            "ttclid",
            "li_fat_id",
            "igshid",
            "igsh",
            "epik",
            "yclid",
            "ysclid",
            "_openstat",
        ),
        *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking"),
        *("oly_anon_id", "oly_enc_id", "vero_conv", "vero_id", "wickedid", "rb_clickid", "s_cid"),
    },
)
"""Query parameters, in lower case, that track readers and do not identify content; `utm_*` too.

A fixed list: adding or removing an entry changes the ids of articles.
"""


@lru_cache(_CACHED_URLS)
def canonical_url(text: str) -> str:
    """The URL in its canonical form. Raises InvalidUrl when *text* is not a public http(s) URL.

    Scheme and host are in lower case (`canonical_host`); default port, fragment and trackers are dropped; dot segments
    are resolved, and an empty path is `/`. KeyPath and query keep their case and order; percent-encoding is normalized
    as RFC 3986, 6.2.2.1 and 6.2.2.2, allow. Idempotent.
    """
    text = text.strip()
    if len(text) > MAX_URL:
        raise InvalidUrl(f"it has more than {MAX_URL:,} characters")
    if _CONTROL.search(text):
        raise InvalidUrl("it contains control characters")
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise InvalidUrl(_why_invalid(text))
    scheme = parts[1].lower()
    path = _without_dots(_encoded(parts[3]))
    canonical = f"{scheme}://{_authority(parts[2], scheme)}{path}{_query(parts[4])}"
    if len(canonical) > MAX_URL:
        raise InvalidUrl(f"it has more than {MAX_URL:,} characters once it is percent-encoded")
    return canonical


def _why_invalid(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme is None:
        return "it does not start with http:// or https://"
    if scheme[1].lower() not in _DEFAULT_PORT:
        return f"it is not http or https but {scheme[1].lower()[:20]}"
    return "it has no host"


def _authority(text: str, scheme: str) -> str:
    if "@" in text:
        raise InvalidUrl("it contains user information")
    if not text:
        raise InvalidUrl("it has no host")
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        raise InvalidUrl("its host or port is invalid")
    host = canonical_host(parts[1])
    port = (parts[2] or "").lstrip("0")
    if parts[2] and not (port and len(port) <= 5 and int(port) <= 65535):  # noqa: PLR2004  (ports are 16 bits)
        raise InvalidUrl("its port is not between 1 and 65535")
    return host if port in {"", _DEFAULT_PORT[scheme]} else f"{host}:{port}"


def _without_dots(path: str) -> str:
    """*path* with its dot segments resolved: RFC 3986, 5.2.4."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    *folders, last = path.split("/")[1:]
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    kept.append("" if last in {".", ".."} else last)
    return "/" + "/".join(kept)


def _query(text: str | None) -> str:
    kept = [part for part in _encoded(text or "").split("&") if not _is_tracker(part)]
    query = "&".join(kept)
    return f"?{query}" if query else ""


def _is_tracker(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name.startswith("utm_") or name in TRACKERS


def _encoded(text: str) -> str:
    """*text* with every character percent-encoded that must be, and no unreserved one."""
    try:
        pieces = _ESCAPE.split(text.encode().decode("latin-1"))  # one character for each byte
    except UnicodeEncodeError:
        raise InvalidUrl("it contains a lone surrogate") from None
    pieces[1::2] = map(_SPELLINGS.__getitem__, pieces[1::2])
    return "".join(pieces)


def _spellings() -> Iterator[tuple[str, str]]:
    """The normal form of each byte and escape: upper-case digits, or the unreserved character itself."""
    for byte in range(256):
        yield chr(byte), f"%{byte:02X}"
    for high, low in product(hexdigits, repeat=2):
        character = chr(int(high + low, 16))
        yield f"%{high}{low}", character if character in _UNRESERVED else f"%{high}{low}".upper()


_SPELLINGS = dict(_spellings())
