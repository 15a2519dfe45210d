"""The listening socket, and how many connections a process may have.

The socket is bound before any other work, so that a port in use is reported at once.
"""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address
from typing import Any

from graph_api.errors import StartError

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # a module, or none

OTHER_FILES = 256
"""Descriptors that a server needs besides its connections: the database's, and those of libraries."""

_DUPLICATES = 16
_REASONS = {
    errno.EADDRINUSE: "port {port} is in use; try --port {next}, or --port 0 for a free one",
    errno.EACCES: "port {port} needs privileges; ports from 1024 on do not",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine; --host 127.0.0.1 always is",
}


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address, not yet listening: clients are refused until the server listens."""
    family, address = _resolved(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family is socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise StartError(_reason(error, host, port)) from error
    return listener


def duplicated(listener: socket.socket) -> list[socket.socket]:
    """*listener* and duplicates of it.

    libuv accepts one connection per socket and event loop iteration; with a single socket, new clients would
    wait for seconds on a busy server.
    """
    return [listener, *(listener.dup() for _ in range(_DUPLICATES - 1))]


def descriptor_limit() -> int | None:
    """The highest number of open files and connections a process can get; None without a limit."""
    if resource is None:
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def raise_descriptor_limit(connections: int) -> None:
    """Allow this process so many connections, as far as the system permits; the limit is often 1,024 at first."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))


def is_local(listener: socket.socket) -> bool:
    """Whether only programs on this machine can connect."""
    return ip_address(listener.getsockname()[0]).is_loopback


def url(listener: socket.socket) -> str:
    """The server's address for a browser on this machine; a wildcard address becomes the loopback address."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:  # Any: by family
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"{host} cannot be resolved to an address; --host 127.0.0.1 always works") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] is not socket.AF_INET)
    return family, address


def _reason(error: OSError, host: str, port: int) -> str:
    reason = _REASONS.get(error.errno or 0, "{host}:{port} cannot be used: {error}")
    return reason.format(host=host, port=port, next=min(port + 1, 65535), error=error.strerror)
