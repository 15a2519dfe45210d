"""CPU time of Q1 without and with log, metrics and slow-query notes.

    python -m tests.bench.bench_observation [--seconds 2]

The app is called in this process, without HTTP, over the sample documents. Variants take turns, round after
round, and the median counts, in CPU time of the process (the log's thread included), so that a busy machine
does not. The log goes to a pipe that a thread of another process empties.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from graph_api.ingest import ingest
from graph_api.server.app import create_app
from graph_api.server.observability.log import FORMATS, Log
from graph_api.server.observability.observer import Observer, ObserverMiddleware
from graph_api.settings import Settings
from tests.bench.questions import QUESTIONS

SEEDS = Path(__file__).parents[2] / "seeds"
ROUNDS = 15
REQUESTS = 1_000


def main() -> None:
    """The table is printed."""
    with tempfile.TemporaryDirectory() as folder, _pipe() as pipe:
        database = Path(folder) / "seeds.sqlite"
        ingest([SEEDS], database)
        for name, settings in (
            ("answers from memory", Settings()),
            ("answers made from rows in memory", Settings(response_cache_bytes=0)),
        ):
            asyncio.run(_measure(name, database, settings, pipe))


async def _measure(name: str, database: Path, settings: Settings, pipe: int) -> None:
    log = Log(pipe, lambda count: b"%d dropped\n" % count, max_bytes=1 << 30)
    apps = {
        "nothing noted": _bare(create_app(database, settings)),
        "noted, no log": create_app(database, settings, Observer()),
        **{
            f"log for {form}": create_app(database, settings, Observer(_teller(log, form)))
            for form in FORMATS
        },
    }
    times: dict[str, list[float]] = {one: [] for one in apps}
    body = orjson.dumps(
        {"query": QUESTIONS["Q1"], "variables": {"id": await _some_article(apps["nothing noted"])}}
    )
    for app in apps.values():
        await _asked(app, body)
    for _ in range(ROUNDS):
        for one, app in apps.items():
            begun = time.process_time()
            for _ in range(REQUESTS):
                await _asked(app, body)
            times[one].append((time.process_time() - begun) / REQUESTS * 1e6)
    log.close()
    floor = median(times["nothing noted"])
    print(f"Q1, {name}: CPU us a request")
    for one, measured in times.items():
        print(f"  {one:<16} {median(measured):7.1f}  {median(measured) - floor:+6.1f}")


def _bare(app: Starlette) -> Starlette:
    """*app* without the middleware that sees requests."""
    stack: Any = app.build_middleware_stack()  # Any: Starlette tells no more than that it is an app
    assert isinstance(stack.app, ObserverMiddleware)
    stack.app = stack.app._app
    app.middleware_stack = stack
    return app


def _teller(log: Log, form: str) -> Callable[..., None]:
    made = FORMATS[form]
    return lambda entry: log.write(made(entry))


async def _some_article(app: ASGIApp) -> str:
    answer = await _asked(app, orjson.dumps({"query": "{ articles(first: 1) { nodes { id } } }"}))
    found: str = orjson.loads(answer)["data"]["articles"]["nodes"][0]["id"]
    return found


async def _asked(app: ASGIApp, body: bytes) -> bytes:
    answer = b""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal answer
        answer = message.get("body", b"")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 40000),
        "state": {},
    }
    await app(scope, receive, send)
    return answer


@contextmanager
def _pipe() -> Generator[int]:
    """A pipe that somebody reads."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        assert reader.stdin is not None
        yield reader.stdin.fileno()


if __name__ == "__main__":
    main()
