from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

from graph_api.server.access import KeyRing, Scope

Run = Callable[..., Result]


def test_the_entry_on_stdout_is_that_of_the_key_on_stderr(run: Run) -> None:
    result = run("key", "newsroom", "--scopes", "read+unpublished")
    assert result.exit_code == 0
    ring = KeyRing(result.stdout)
    key = ring.find(result.stderr.strip())
    assert key is not None
    assert (key.name, key.scopes) == ("newsroom", frozenset({Scope.READ, Scope.UNPUBLISHED}))


def test_without_scopes_a_key_reads_what_is_published(run: Run) -> None:
    assert run("key", "reader").stdout.startswith("reader:read:")


def test_a_name_or_scope_that_cannot_be_is_a_usage_error(run: Run) -> None:
    assert run("key", "A B").exit_code == 2
    assert run("key", "a", "--scopes", "write").exit_code == 2
