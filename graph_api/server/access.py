"""Who asks, and what they may see: from the `Authorization` header to the rights of every read.

Without keys the server is open to read. With keys, a request without one has the scopes that the settings
give to everybody, by default none. The settings are the outer bound: a key never opens what they close.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graph_api.errors import HttpError
from graph_api.server.api_keys import NOTHING, KeyRing, Scope, Scopes, scopes_of
from graph_api.settings import Settings
from graph_api.store.reads import Rights

_ALL_SCOPES: Scopes = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the *name* of the key, empty without one, and what it opens."""

    name: str
    scopes: Scopes


EVERYBODY = Caller("", _ALL_SCOPES)


class Access:
    """Says who may do what, as the settings want it."""

    def __init__(self, settings: Settings) -> None:
        self.has_keys = bool(settings.keys or settings.keys_file)
        self._settings = settings
        self._ring = KeyRing(settings.keys, Path(settings.keys_file) if settings.keys_file else None)
        anonymous = scopes_of(settings.anonymous_scopes, "anonymous_scopes")
        self._anonymous = Caller("", anonymous) if self.has_keys else EVERYBODY
        self._rights = {scopes: self._rights_of(scopes) for scopes in (anonymous, _ALL_SCOPES)}

    def caller(self, authorization: bytes, scope: Scope = Scope.READ) -> Caller:
        """Who sends this `Authorization` header. Raises `HttpError` for who may not do what *scope* opens."""
        if not self.has_keys:
            return EVERYBODY
        caller = self._identified(authorization) if authorization else self._anonymous
        if scope not in caller.scopes:
            raise _forbidden(caller, scope)
        return caller

    def rights(self, caller: Caller) -> Rights:
        """What *caller* may see of the content."""
        found = self._rights.get(caller.scopes)
        if found is None:
            found = self._rights[caller.scopes] = self._rights_of(caller.scopes)
        return found

    def _identified(self, authorization: bytes) -> Caller:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthenticated("send the API key as `Authorization: Bearer KEY`")
        found = self._ring.scopes(token.strip())
        if found is None:
            raise _unauthenticated("the API key is not known")
        return Caller(*found)

    def _rights_of(self, scopes: Scopes) -> Rights:
        return Rights(
            published_only=self._settings.published_only or Scope.UNPUBLISHED not in scopes,
            secured=self._settings.expose_secured and Scope.SECURED in scopes,
        )


def _forbidden(caller: Caller, scope: Scope) -> HttpError:
    if caller.scopes == NOTHING and not caller.name:
        return _unauthenticated("an API key is needed: send it as `Authorization: Bearer KEY`")
    return HttpError(403, f"this needs the scope {scope.value!r}", "FORBIDDEN")


def _unauthenticated(message: str) -> HttpError:
    return HttpError(401, message, "UNAUTHENTICATED", {"www-authenticate": 'Bearer realm="graph-api"'})
