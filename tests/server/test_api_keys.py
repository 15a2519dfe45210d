"""API keys: their entries, their secrets, and the file that may change."""

from __future__ import annotations

import logging
import os
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from graph_api.errors import UsageError
from graph_api.server.api_keys import KeyRing, Scope, minted, read_entries, scopes_of

READ = frozenset({Scope.READ})


def test_a_minted_key_opens_what_its_entry_says_and_its_entry_does_not_tell_it() -> None:
    key, kept = minted("reader", [Scope.READ, Scope.UNPUBLISHED])
    assert KeyRing(kept.entry).scopes(key) == ("reader", frozenset({Scope.READ, Scope.UNPUBLISHED}))
    assert key.rpartition("_")[2] not in kept.entry
    assert kept.entry.startswith("reader:read+unpublished:")


@given(st.text(max_size=80))
def test_whatever_is_not_the_key_opens_nothing(token: str) -> None:
    _, kept = minted("reader", READ)
    ring = KeyRing(kept.entry)
    assert ring.scopes(token) is None
    assert ring.scopes(f"gapi_reader_{token}") is None


def test_two_keys_of_one_name_are_never_the_same() -> None:
    one, kept = minted("reader", READ)
    other, _ = minted("reader", READ)
    assert one != other
    assert KeyRing(kept.entry).scopes(other) is None


@pytest.mark.parametrize("name", ["", "Reader", "a_b", "a b", "-a", "x" * 64])
def test_a_name_that_cannot_stand_in_a_key_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        minted(name, READ)


def test_entries_stand_on_lines_or_with_commas_between_and_may_have_comments() -> None:
    entries = [minted(name, READ)[1].entry for name in ("a", "b", "c")]
    text = f"# who\n{entries[0]}  # first\n\n{entries[1]},{entries[2]}\n"
    assert list(read_entries(text, "keys.txt")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("a", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read:123", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"A:read:{'0' * 64}", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"a:write:{'0' * 64}", "keys.txt:2: 'write' is no scope; there are read, unpublished"),
        (f"z:read:{'0' * 64}", "keys.txt:2: there are two keys named 'z'"),
    ],
)
def test_an_entry_that_is_none_is_told_with_its_line(entry: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_entries(f"z:read:{'1' * 64}\n{entry}\n", "keys.txt")
    assert str(caught.value).startswith(told)


def test_scopes_are_joined_by_a_plus_and_may_be_none() -> None:
    assert scopes_of("read + secured", "here") == {Scope.READ, Scope.SECURED}
    assert scopes_of("", "here") == frozenset()


def test_a_file_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"keys\.txt cannot be read"):
        KeyRing(file=tmp_path / "keys.txt")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (one, kept), (other, added) = minted("one", READ), minted("other", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    assert ring.scopes(other) is None
    file.write_text(f"{added.entry}\n")
    assert ring.scopes(other) == ("other", READ)
    assert ring.scopes(one) is None


def test_a_file_that_is_broken_later_leaves_the_keys_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key, kept = minted("one", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    file.write_text("nonsense here")
    os.utime(file, ns=(1, 1))
    with caplog.at_level(logging.ERROR):
        assert ring.scopes(key) == ("one", READ)
        assert ring.scopes(key) == ("one", READ)
    assert [record.message.partition(":")[0] for record in caplog.records] == ["the keys stay as they were"]


def test_keys_given_once_win_over_those_of_the_file(tmp_path: Path) -> None:
    (key, given), (_, filed) = minted("one", READ), minted("one", [Scope.METRICS])
    file = tmp_path / "keys.txt"
    file.write_text(filed.entry)
    assert KeyRing(given.entry, file).scopes(key) == ("one", READ)
