from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import uvloop

from graph_api.cli import sockets
from graph_api.errors import StartError


def test_port_zero_is_a_free_port_and_its_url_names_it() -> None:
    with sockets.bound("127.0.0.1", 0) as bound:
        assert sockets.url(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_the_error_of_a_port_in_use_suggests_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} is in use; .*--port 0") as failed:
            sockets.bound("127.0.0.1", port)
    assert failed.value.exit_code == 3


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 100])
def test_a_name_without_address_is_an_error(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StartError, match=f"{host} cannot be resolved to an address"):
        sockets.bound(host, 0)


def answering(address: tuple[str, int]) -> Callable[..., object]:
    """A resolver that knows one address and needs no network."""
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address)]


def test_an_address_of_another_machine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(("192.0.2.1", 0)))
    with pytest.raises(StartError, match=r"192\.0\.2\.1 is not an address of this machine"):
        sockets.bound("192.0.2.1", 0)


def test_all_addresses_are_shown_as_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(("0.0.0.0", 0)))
    with sockets.bound("0.0.0.0", 0) as bound:
        assert sockets.url(bound).startswith("http://127.0.0.1:")


def test_clients_are_refused_before_the_server_listens() -> None:
    with sockets.bound("127.0.0.1", 0) as bound, pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound.getsockname(), timeout=5)


def test_localhost_is_the_address_that_urls_name() -> None:
    with sockets.bound("localhost", 0) as bound:
        assert bound.family is socket.AF_INET


def test_many_new_clients_are_let_in_by_a_few_turns_of_the_event_loop() -> None:
    assert uvloop.run(turns_to_let_in(16)) < 8


async def turns_to_let_in(count: int) -> int:
    let_in: list[asyncio.Protocol] = []

    def protocol() -> asyncio.Protocol:
        let_in.append(asyncio.Protocol())
        return let_in[-1]

    loop, turns = asyncio.get_running_loop(), 0
    with ExitStack() as stack:
        doors = sockets.duplicated(stack.enter_context(sockets.bound("127.0.0.1", 0)))
        servers = [await loop.create_server(protocol, sock=door) for door in doors]
        for _ in range(count):
            stack.enter_context(socket.create_connection(doors[0].getsockname(), timeout=5))
        while len(let_in) < count:
            await asyncio.sleep(0)
            turns += 1
        for server in servers:
            server.close()
    return turns


def test_the_descriptor_limit_is_raised_as_far_as_the_system_permits() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        sockets.raise_descriptor_limit(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (356, before[1])
        sockets.raise_descriptor_limit(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 356, "it is never made smaller"
        sockets.raise_descriptor_limit(2**31)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 2**31 + 256)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
