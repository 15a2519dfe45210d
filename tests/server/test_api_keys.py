"""API keys: their entries, their secrets, and the file that may change."""

from __future__ import annotations

import logging
import os
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from graph_api.errors import UsageError
from graph_api.server.access import KeyRing, Scope, Scopes, new_key, parse_keys, parse_scopes

READ = frozenset({Scope.READ})


def found(ring: KeyRing, token: str) -> tuple[str, Scopes] | None:
    """Name and scopes of the token's key."""
    key = ring.find(token)
    return (key.name, key.scopes) if key else None


def test_a_minted_key_opens_what_its_entry_says_and_its_entry_does_not_tell_it() -> None:
    key, kept = new_key("reader", [Scope.READ, Scope.UNPUBLISHED])
    assert found(KeyRing(kept.entry), key) == ("reader", frozenset({Scope.READ, Scope.UNPUBLISHED}))
    assert key.rpartition("_")[2] not in kept.entry
    assert kept.entry.startswith("reader:read+unpublished:")


@given(st.text(max_size=80))
def test_whatever_is_not_the_key_opens_nothing(token: str) -> None:
    _, kept = new_key("reader", READ)
    ring = KeyRing(kept.entry)
    assert found(ring, token) is None
    assert found(ring, f"gapi_reader_{token}") is None


def test_two_keys_of_one_name_are_never_the_same() -> None:
    one, kept = new_key("reader", READ)
    other, _ = new_key("reader", READ)
    assert one != other
    assert found(KeyRing(kept.entry), other) is None


@pytest.mark.parametrize("name", ["", "Reader", "a_b", "a b", "-a", "x" * 64])
def test_a_name_that_cannot_stand_in_a_key_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        new_key(name, READ)


def test_entries_stand_on_lines_or_with_commas_between_and_may_have_comments() -> None:
    entries = [new_key(name, READ)[1].entry for name in ("a", "b", "c")]
    text = f"# who\n{entries[0]}  # first\n\n{entries[1]},{entries[2]}\n"
    assert list(parse_keys(text, "keys.txt")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("a", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read:123", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"A:read:{'0' * 64}", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"a:write:{'0' * 64}", "keys.txt:2: 'write' is not a scope; scopes are read, unpublished"),
        (f"z:read:{'0' * 64}", "keys.txt:2: two keys are named 'z'"),
    ],
)
def test_an_entry_that_is_none_is_told_with_its_line(entry: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_keys(f"z:read:{'1' * 64}\n{entry}\n", "keys.txt")
    assert str(caught.value).startswith(told)


def test_scopes_are_joined_by_a_plus_and_may_be_none() -> None:
    assert parse_scopes("read + secured", "here") == {Scope.READ, Scope.SECURED}
    assert parse_scopes("", "here") == frozenset()


def test_a_file_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"keys\.txt cannot be read"):
        KeyRing(file=tmp_path / "keys.txt")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (one, kept), (other, added) = new_key("one", READ), new_key("other", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    assert found(ring, other) is None
    file.write_text(f"{added.entry}\n")
    assert found(ring, other) == ("other", READ)
    assert found(ring, one) is None


def test_a_file_that_is_broken_later_leaves_the_keys_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key, kept = new_key("one", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    file.write_text("nonsense here")
    os.utime(file, ns=(1, 1))
    with caplog.at_level(logging.ERROR):
        assert found(ring, key) == ("one", READ)
        assert found(ring, key) == ("one", READ)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "API keys are not reloaded, the previous ones stay valid"
    ]


def test_keys_given_once_win_over_those_of_the_file(tmp_path: Path) -> None:
    (key, given), (_, filed) = new_key("one", READ), new_key("one", [Scope.METRICS])
    file = tmp_path / "keys.txt"
    file.write_text(filed.entry)
    assert found(KeyRing(given.entry, file), key) == ("one", READ)
