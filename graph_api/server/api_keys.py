"""API keys: made, kept as hashes, read from the environment and from a file that may change while it is used.

A key is `gapi_NAME_SECRET`; what is kept of it is one entry, `NAME:SCOPE+SCOPE:SHA256`. Why a plain SHA-256:
the secret is 256 random bits, which no dictionary holds, so that a slow hash would only slow the server.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path

from graph_api.errors import UsageError
from graph_api.settings import variable

logger = logging.getLogger(__name__)

_PREFIX = "gapi"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECRET_BYTES = 32
_LOOK_EVERY_S = 1.0  # so long may a changed file go unnoticed


class Scope(StrEnum):
    """What a key opens."""

    READ = "read"
    UNPUBLISHED = "unpublished"
    SECURED = "secured"
    METRICS = "metrics"


Scopes = frozenset[Scope]
NOTHING: Scopes = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of one key: whose it is, what it opens, and the hash of its secret."""

    name: str
    scopes: Scopes
    sha256: str

    @property
    def entry(self) -> str:
        """The key as a file or variable holds it."""
        return f"{self.name}:{'+'.join(scope.value for scope in Scope if scope in self.scopes)}:{self.sha256}"


def minted(name: str, scopes: Collection[Scope]) -> tuple[str, ApiKey]:
    """A new key, to be given to its user and kept nowhere, and what is to be kept of it."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"a key's name has small letters, digits and hyphens, at most 63: not {name!r}")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{_PREFIX}_{name}_{secret}", ApiKey(name=name, scopes=frozenset(scopes), sha256=_hash(secret))


def scopes_of(text: str, where: str) -> Scopes:
    """The scopes in *text*, joined by `+`. Raises UsageError that names *where* they stand."""
    known = {scope.value: scope for scope in Scope}
    named = [each.strip() for each in text.split("+") if each.strip()]
    for each in named:
        if each not in known:
            raise UsageError(f"{where}: {each!r} is no scope; there are {', '.join(known)}")
    return frozenset(known[each] for each in named)


def read_entries(text: str, where: str) -> dict[str, ApiKey]:
    """The keys whose entries stand in *text*, by name; `#` begins a comment. *where* is named in errors."""
    keys: dict[str, ApiKey] = {}
    for place, entry in _entries(text, where):
        key = _key(entry, place)
        if key.name in keys:
            raise UsageError(f"{place}: there are two keys named {key.name!r}")
        keys[key.name] = key
    return keys


def _entries(text: str, where: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for entry in line.partition("#")[0].replace(",", " ").split():
            yield f"{where}:{number}", entry


def _key(entry: str, place: str) -> ApiKey:
    name, _, rest = entry.partition(":")
    scopes, _, sha256 = rest.partition(":")
    if not _NAME.fullmatch(name) or not _SHA256.fullmatch(sha256):
        raise UsageError(f"{place}: an entry is NAME:SCOPE+SCOPE:SHA256, as `graph-api key` prints it")
    return ApiKey(name=name, scopes=scopes_of(scopes, place), sha256=sha256)


class KeyRing:
    """The keys of a server: those given once, and those of a file, which is read again when it has changed.

    A file that cannot be read later leaves the keys as they were, and is logged once.
    """

    def __init__(
        self, entries: str = "", file: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._given = read_entries(entries, variable("keys"))
        self._file = file
        self._stamp = _stamp(file)
        self._keys: Mapping[str, ApiKey] = self._read()
        self._clock = clock
        self._looked = clock()

    def scopes(self, token: str) -> tuple[str, Scopes] | None:
        """Whose key *token* is and what it opens, None when it is no key. Takes as long for any secret."""
        prefix, _, rest = token.partition("_")
        name, _, secret = rest.partition("_")
        key = self._current().get(name) if prefix == _PREFIX else None
        right = compare_digest(_hash(secret), key.sha256 if key else _hash(""))
        return (key.name, key.scopes) if key is not None and right else None

    def _current(self) -> Mapping[str, ApiKey]:
        now = self._clock()
        if self._file is not None and now - self._looked >= _LOOK_EVERY_S:
            self._looked = now
            stamp = _stamp(self._file)
            if stamp != self._stamp:
                self._stamp = stamp
                self._reread()
        return self._keys

    def _reread(self) -> None:
        try:
            self._keys = self._read()
        except UsageError as error:
            logger.error("the keys stay as they were: %s", error)  # noqa: TRY400 - on one line

    def _read(self) -> Mapping[str, ApiKey]:
        if self._file is None:
            return self._given
        try:
            text = self._file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self._file} cannot be read: {error}") from None
        return {**read_entries(text, str(self._file)), **self._given}


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
