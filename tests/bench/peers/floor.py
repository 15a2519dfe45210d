"""What HTTP itself costs: uvicorn reads the request and answers a constant.

Run as `python -m tests.bench.peers.floor PORT`; `POST /SIZE` is answered with JSON of SIZE bytes.
"""

from __future__ import annotations

import sys
from functools import lru_cache

import uvicorn
from starlette.types import Receive, Scope, Send


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    headers, body = _answer(scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache(None)
def _answer(path: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    size = int(path[1:])
    body = b'{"data":"' + b"x" * (size - 11) + b'"}'
    return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))], body


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
