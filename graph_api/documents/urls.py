"""Addresses in one canonical form: the identity of an article.

Why our own reading and not `urllib`'s: an identity must not change with a library's release, and
`urlsplit` drops line breaks silently where a document with such an address is to be rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from string import hexdigits

from graph_api.documents.limits import MAX_HOST, MAX_URL
from graph_api.errors import InvalidUrl

_CACHED_URLS = 65_536

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?", re.IGNORECASE)
_HOST = re.compile(
    r"\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?"
)
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
"""Query parameters, in lower case, that say how a reader came and not what is read; `utm_*` too.

One fixed list: an entry more or less changes the ids of articles.
"""


@lru_cache(_CACHED_URLS)
def canonical_url(text: str) -> str:
    """The address in its one canonical form; `InvalidUrl` when it is not a public web address.

    Scheme and host in lower case (IDNA), default port, fragment and trackers dropped, an empty path
    becomes `/`; path, order and case of the rest are kept, percent-encoded per RFC 3986. Idempotent.
    """
    text = text.strip()
    if len(text) > MAX_URL:
        raise InvalidUrl(f"it has more than {MAX_URL:,} characters")
    if _CONTROL.search(text):
        raise InvalidUrl("it contains control characters")
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise InvalidUrl(_why_unusable(text))
    scheme = parts[1].lower()
    path = _encoded(parts[3]) or "/"
    canonical = f"{scheme}://{_authority(parts[2], scheme)}{path}{_query(parts[4])}"
    if len(canonical) > MAX_URL:
        raise InvalidUrl(f"it has more than {MAX_URL:,} characters once it is percent-encoded")
    return canonical


def _why_unusable(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme is None:
        return "it does not start with http:// or https://"
    if scheme[1].lower() not in _DEFAULT_PORT:
        return f"it is not http or https but {scheme[1].lower()[:20]}"
    return "it names no host"


def _authority(text: str, scheme: str) -> str:
    if "@" in text:
        raise InvalidUrl("it contains user information")
    if not text:
        raise InvalidUrl("it names no host")
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        raise InvalidUrl("its host cannot be read")
    host = _host(parts[1])
    port = (parts[2] or "").lstrip("0")
    if parts[2] and not (port and len(port) <= 5 and int(port) <= 65535):  # noqa: PLR2004  (ports are 16 bits)
        raise InvalidUrl("its port is not between 1 and 65535")
    return host if port in {"", _DEFAULT_PORT[scheme]} else f"{host}:{port}"


def _host(text: str) -> str:
    host = text.lower()
    if len(host) > MAX_HOST:
        raise InvalidUrl(f"its host has more than {MAX_HOST} characters")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            raise InvalidUrl("its host is not a valid international name") from None
    if not _HOST.fullmatch(host):
        raise InvalidUrl("its host cannot be read")
    return host


def _query(text: str | None) -> str:
    kept = [part for part in _encoded(text or "").split("&") if not _is_tracker(part)]
    query = "&".join(kept)
    return f"?{query}" if query else ""


def _is_tracker(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name.startswith("utm_") or name in TRACKERS


def _encoded(text: str) -> str:
    """*text* with everything percent-encoded that must be, and nothing that need not be."""
    try:
        pieces = _ESCAPE.split(text.encode().decode("latin-1"))  # a character a byte
    except UnicodeEncodeError:
        raise InvalidUrl("it contains half a character (a lone surrogate)") from None
    pieces[1::2] = map(_SPELLINGS.__getitem__, pieces[1::2])
    return "".join(pieces)


def _spellings() -> Iterator[tuple[str, str]]:
    """What bytes and escapes become: two capital digits, or the character that needs no escape."""
    for byte in range(256):
        yield chr(byte), f"%{byte:02X}"
    for high, low in product(hexdigits, repeat=2):
        character = chr(int(high + low, 16))
        yield f"%{high}{low}", character if character in _UNRESERVED else f"%{high}{low}".upper()


_SPELLINGS = dict(_spellings())
