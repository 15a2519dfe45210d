"""Runs a client: its folder with the packages or the environment that it needs, and a server that records requests."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.request import urlopen

from tests.interop import packages
from tests.interop.watched import Served

HERE = Path(__file__).parent
ADDRESS = "http://127.0.0.1:8000"  # where `graph-api serve` listens unless told otherwise


def at_work(client: str, place: Path, served: Served) -> Path:
    """*place*, with the client's folder as it is, but for the server's address, and the schema as it is served."""
    shutil.copytree(HERE / client, place)
    for file in place.rglob("*.*"):
        if file.is_file():
            file.write_text(file.read_text().replace(ADDRESS, served.url))
    with urlopen(f"{served.url}/schema.graphql") as answer:
        (place / "schema.graphql").write_bytes(answer.read())
    return place


def with_packages(client: str, place: Path, served: Served) -> Path:
    """The same, where Node finds the client's packages."""
    packages.link(at_work(client, place, served), HERE)
    return place
