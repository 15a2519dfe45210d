"""Schemathesis on a running server: `python fuzz.py URL EXAMPLES`; exit code 1 when it finds a failure of the server.

Schemathesis takes every error beside data for the server's; a client's mistake has a code of its own here,
and most of what is generated is one. So the check looks at the status and at the code.
"""

from __future__ import annotations

import sys

import schemathesis
from schemathesis.cli import schemathesis as program


@schemathesis.check
def the_server_does_not_fail(ctx: object, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """Every answer is JSON, has errors with a code that is the client's, or none."""
    del ctx, case
    codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
    assert response.status_code in {200, 400}, f"status {response.status_code}"
    assert "INTERNAL_SERVER_ERROR" not in codes


if __name__ == "__main__":
    url, examples = sys.argv[1:]
    chosen = ["--checks", "the_server_does_not_fail", "--max-examples", examples, "--seed", "1"]
    program(["run", url, *chosen])
