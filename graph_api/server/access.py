"""API keys, and what each caller may see: from the `Authorization` header to the rights of every read.

A key is `gapi_NAME_SECRET`. The server stores one entry for it, `NAME:SCOPE+SCOPE:SHA256`. Why a plain SHA-256: the
secret is 256 random bits, so a dictionary attack is hopeless and a slow hash would only slow the server.

Without keys, anyone who can reach the server may read everything. With keys, a request without one has the scopes of
`--anonymous-scopes`, by default none. A key never opens what the settings close.
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

from graph_api.errors import HttpError, UsageError
from graph_api.settings import Settings, variable
from graph_api.store.plans import Rights

logger = logging.getLogger(__name__)

_PREFIX = "gapi"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECRET_BYTES = 32
_FILE_CHECK_INTERVAL_S = 1.0


class Scope(StrEnum):
    """A permission that a key carries."""

    READ = "read"
    UNPUBLISHED = "unpublished"
    SECURED = "secured"
    METRICS = "metrics"


Scopes = frozenset[Scope]
ALL_SCOPES: Scopes = frozenset(Scope)


# -- keys ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What the server stores of a key."""

    name: str
    scopes: Scopes
    sha256: str

    @property
    def entry(self) -> str:
        """The key's line in a key file."""
        return f"{self.name}:{'+'.join(scope.value for scope in Scope if scope in self.scopes)}:{self.sha256}"


def new_key(name: str, scopes: Collection[Scope]) -> tuple[str, ApiKey]:
    """A new random key: the token for its user, which is stored nowhere, and the entry to store."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"a key's name has small letters, digits and hyphens, at most 63: not {name!r}")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{_PREFIX}_{name}_{secret}", ApiKey(name=name, scopes=frozenset(scopes), sha256=_hash(secret))


def parse_scopes(text: str, where: str) -> Scopes:
    """The scopes in *text*, joined by `+`. Raises UsageError, which names *where* the text comes from."""
    known = {scope.value: scope for scope in Scope}
    names = [each.strip() for each in text.split("+") if each.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"{where}: {name!r} is not a scope; scopes are {', '.join(known)}")
    return frozenset(known[name] for name in names)


def parse_keys(text: str, where: str) -> dict[str, ApiKey]:
    """Keys by name, from entries separated by white space or commas; `#` begins a comment."""
    keys: dict[str, ApiKey] = {}
    for place, entry in _entries(text, where):
        key = _parse_entry(entry, place)
        if key.name in keys:
            raise UsageError(f"{place}: two keys are named {key.name!r}")
        keys[key.name] = key
    return keys


def _entries(text: str, where: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for entry in line.partition("#")[0].replace(",", " ").split():
            yield f"{where}:{number}", entry


def _parse_entry(entry: str, place: str) -> ApiKey:
    name, _, rest = entry.partition(":")
    scopes, _, sha256 = rest.partition(":")
    if not _NAME.fullmatch(name) or not _SHA256.fullmatch(sha256):
        raise UsageError(f"{place}: an entry is NAME:SCOPE+SCOPE:SHA256, as `graph-api key` prints it")
    return ApiKey(name=name, scopes=parse_scopes(scopes, place), sha256=sha256)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyRing:
    """The keys of a server: those of the settings, and those of a file, which is read again after it changes.

    When a changed file cannot be read, the previous keys stay valid and one error is logged.
    """

    def __init__(
        self, entries: str = "", file: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fixed = parse_keys(entries, variable("keys"))
        self._file = file
        self._fingerprint = _fingerprint(file)
        self._keys: Mapping[str, ApiKey] = self._read()
        self._clock = clock
        self._checked_at = clock()

    def find(self, token: str) -> ApiKey | None:
        """The key that *token* belongs to, None for an unknown or wrong one. Constant time in the secret."""
        prefix, _, rest = token.partition("_")
        name, _, secret = rest.partition("_")
        key = self._current().get(name) if prefix == _PREFIX else None
        matches = compare_digest(_hash(secret), key.sha256 if key else _hash(""))
        return key if matches else None

    def _current(self) -> Mapping[str, ApiKey]:
        now = self._clock()
        if self._file is not None and now - self._checked_at >= _FILE_CHECK_INTERVAL_S:
            self._checked_at = now
            fingerprint = _fingerprint(self._file)
            if fingerprint != self._fingerprint:
                self._fingerprint = fingerprint
                self._reload()
        return self._keys

    def _reload(self) -> None:
        try:
            self._keys = self._read()
        except UsageError as error:
            logger.error("API keys are not reloaded, the previous ones stay valid: %s", error)  # noqa: TRY400 - on one line

    def _read(self) -> Mapping[str, ApiKey]:
        if self._file is None:
            return self._fixed
        try:
            text = self._file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self._file} cannot be read: {error}") from None
        return {**parse_keys(text, str(self._file)), **self._fixed}


def _fingerprint(file: Path | None) -> tuple[int, int, int] | None:
    """Changes whenever the file does."""
    try:
        stat = file.stat() if file is not None else None
    except OSError:
        return None
    return None if stat is None else (stat.st_mtime_ns, stat.st_size, stat.st_ino)


# -- callers -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the name of the API key, empty without one, and its scopes."""

    name: str
    scopes: Scopes


_ANYONE = Caller("", ALL_SCOPES)


class Access:
    """Authenticates and authorizes requests."""

    def __init__(self, settings: Settings) -> None:
        self.has_keys = bool(settings.keys or settings.keys_file)
        self._settings = settings
        self._ring = KeyRing(settings.keys, Path(settings.keys_file) if settings.keys_file else None)
        anonymous = parse_scopes(settings.anonymous_scopes, "anonymous_scopes")
        self._anonymous = Caller("", anonymous) if self.has_keys else _ANYONE
        self._rights = {scopes: self._rights_of(scopes) for scopes in (anonymous, ALL_SCOPES)}

    def caller(self, authorization: bytes, scope: Scope = Scope.READ) -> Caller:
        """The sender of this `Authorization` header. Raises `HttpError` (401, 403) when it lacks *scope*."""
        if not self.has_keys:
            return _ANYONE
        caller = self._authenticate(authorization) if authorization else self._anonymous
        if scope not in caller.scopes:
            raise _forbidden(caller, scope)
        return caller

    def rights(self, caller: Caller) -> Rights:
        """What content *caller* may see."""
        rights = self._rights.get(caller.scopes)
        if rights is None:
            rights = self._rights[caller.scopes] = self._rights_of(caller.scopes)
        return rights

    def _authenticate(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthenticated("send the API key as `Authorization: Bearer KEY`")
        key = self._ring.find(token.strip())
        if key is None:
            raise _unauthenticated("the API key is unknown")
        return Caller(key.name, key.scopes)

    def _rights_of(self, scopes: Scopes) -> Rights:
        return Rights(
            published_only=self._settings.published_only or Scope.UNPUBLISHED not in scopes,
            secured=self._settings.expose_secured and Scope.SECURED in scopes,
        )


def _forbidden(caller: Caller, scope: Scope) -> HttpError:
    if not caller.scopes and not caller.name:
        return _unauthenticated("this server needs an API key: send it as `Authorization: Bearer KEY`")
    return HttpError(403, f"the scope {scope.value!r} is needed", "FORBIDDEN")


def _unauthenticated(message: str) -> HttpError:
    return HttpError(401, message, "UNAUTHENTICATED", {"www-authenticate": 'Bearer realm="graph-api"'})
