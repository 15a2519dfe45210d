"""The socket a server will listen on, bound before any other work, so that a taken port is heard of at once."""

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

_DOORS = 16
OTHER_FILES = 256  # the database's, and what libraries open
_REASONS = {
    errno.EADDRINUSE: "port {port} is in use; --port {next} may be free, and --port 0 picks a free one",
    errno.EACCES: "port {port} needs privileges; ports from 1024 on do not",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine; --host 127.0.0.1 always is",
}


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address. It does not listen yet: until the server does, clients are refused."""
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


def doors(listener: socket.socket) -> list[socket.socket]:
    """*listener* several times. From each, libuv lets one connection in for every turn of the event loop: through a
    single one a new client would wait for seconds while others keep the server busy."""
    return [listener, *(listener.dup() for _ in range(_DOORS - 1))]


def make_room(connections: int) -> None:
    """This process may have so many connections open, as far as the system lets it: often only 1,024 at first."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))


def is_local(listener: socket.socket) -> bool:
    """Whether only programs on this machine reach it."""
    return ip_address(listener.getsockname()[0]).is_loopback


def url(listener: socket.socket) -> str:
    """Where a browser on this machine finds the server; an address that means all becomes the loopback."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:  # Any: by family
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"{host} is not known as an address; --host 127.0.0.1 always is") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] is not socket.AF_INET)
    return family, address


def _reason(error: OSError, host: str, port: int) -> str:
    reason = _REASONS.get(error.errno or 0, "{host}:{port} cannot be used: {error}")
    return reason.format(host=host, port=port, next=min(port + 1, 65535), error=error.strerror)
