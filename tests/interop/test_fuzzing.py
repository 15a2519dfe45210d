"""Schemathesis, which knows the schema and nothing else, finds no failure of the server."""

from __future__ import annotations

import re
from pathlib import Path

from tests.interop.environments import python
from tests.interop.watched import Served

PLACE = Path(__file__).parent / "fuzzing"
EXAMPLES = 10  # a root field; `python fuzz.py URL 2000` takes its time


def test_schemathesis_finds_no_failure_of_the_server(served: Served) -> None:
    told = python(PLACE, "fuzz.py", f"{served.url}/graphql", f"{EXAMPLES}")
    found = re.search(r"(\d+) generated, (\d+) passed", told)
    assert found, told
    assert int(found[1]) == int(found[2]) > EXAMPLES
