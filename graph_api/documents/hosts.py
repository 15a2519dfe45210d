"""Canonical host names: lower-case ASCII, the identity of providers and a part of every URL's.

International names follow UTS 46, non-transitional, as browsers do: `straße.example` is `xn--strae-oqa.example`
and not `strasse.example`. Of IDNA 2008 only the rules for bidirectional text and joiners apply, so that names with
symbols (`☕.example`), which browsers open, are hosts. Underscores are allowed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote_to_bytes

import idna

from graph_api.documents.limits import MAX_HOST
from graph_api.errors import InvalidUrl

_CACHED = 16_384
_MAX_LABEL = 63
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_JOINERS = "\u200c\u200d"


@lru_cache(_CACHED)
def canonical_host(text: str) -> str:
    """The host in its canonical form. Raises InvalidUrl when *text* is not a domain name or an IP address."""
    if text.startswith("["):
        return _ipv6(text)
    if "%" in text:
        text = unquote_to_bytes(text).decode(errors="surrogateescape")
    if len(text) > MAX_HOST:
        raise InvalidUrl(f"its host has more than {MAX_HOST} characters")
    *labels, last = _mapped(text).split(".")
    labels = [_ascii(label) for label in labels]
    host = ".".join((*labels, _ascii(last) if last or not labels else ""))
    if len(host) > MAX_HOST:
        raise InvalidUrl(f"its host has more than {MAX_HOST} characters in ASCII form")
    if _NUMBER.fullmatch(last or labels[-1]):
        return _ipv4(host)
    return host


def canonical_domain(text: str) -> str:
    """The canonical host that identifies a provider: without the dot of the root. Raises InvalidUrl."""
    return canonical_host(text).removesuffix(".")


def _mapped(text: str) -> str:
    """*text* in lower case, and with UTS 46's replacements of other characters."""
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError:
        raise InvalidUrl("its host has a character that domain names cannot have") from None


def _ascii(label: str) -> str:
    """The ASCII form of a mapped label. Raises InvalidUrl unless domain names can have it."""
    if label.startswith("xn--"):
        _check_encoded(label)
    elif not label.isascii():
        _check_international(label)
        label = "xn--" + label.encode("punycode").decode()
    if not label:
        raise InvalidUrl("its host has an empty label")
    if len(label) > _MAX_LABEL:
        raise InvalidUrl(f"its host has a label of more than {_MAX_LABEL} characters")
    if not _LABEL.fullmatch(label):
        raise InvalidUrl("its host has a character that domain names cannot have")
    return label


def _check_encoded(label: str) -> None:
    """Raises InvalidUrl unless the label is the ASCII form of an international one."""
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        decoded = ""
    if decoded.isascii() or _mapped(decoded) != decoded:
        raise InvalidUrl("its host is not a valid international name")
    _check_international(decoded)


def _check_international(label: str) -> None:
    """Raises InvalidUrl for a label that breaks the rules of UTS 46, 4.1."""
    try:
        idna.check_nfc(label)
        idna.check_initial_combiner(label)
        idna.check_bidi(label)
        joiners_are_valid = all(
            idna.valid_contextj(label, at) for at, character in enumerate(label) if character in _JOINERS
        )
    except (idna.IDNAError, ValueError):
        joiners_are_valid = False
    if not joiners_are_valid:
        raise InvalidUrl("its host is not a valid international name")


def _ipv4(host: str) -> str:
    """An IPv4 address; nothing else ends with a number."""
    try:
        return str(IPv4Address(host.removesuffix(".")))
    except ValueError:
        raise InvalidUrl("its host ends with a number and is not an IPv4 address") from None


def _ipv6(text: str) -> str:
    """An IPv6 address in brackets, in the form of RFC 5952."""
    try:
        address = IPv6Address(text[1:-1] if text.endswith("]") and "%" not in text else "")
    except ValueError:
        raise InvalidUrl("its host is not an IPv6 address") from None
    mapped = address.ipv4_mapped
    return f"[{address.compressed}]" if mapped is None else f"[::ffff:{mapped}]"
