"""Cached answers: of one revision, bounded in bytes, compressed when the cache is full, and not evicted by a scan."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from typing import TypeAlias

from hypothesis import given, strategies as st

from graph_api.execution.content_coding import CODINGS, compressed, decompressed
from graph_api.execution.encoding import encoded
from graph_api.execution.response_cache import ResponseCache

Make: TypeAlias = Callable[[int], bytes]

LARGE = 10**6
DICE = random.Random(20261125)


def short(number: int) -> bytes:
    """An answer that is too short to be compressed."""
    return b"%0100d" % number


def long(number: int) -> bytes:
    """An answer of 10 KB that shrinks to a few hundred bytes."""
    return b'{"id":"article:%06d"},' % number * 460


def firm(number: int) -> bytes:
    """An answer of 10 KB that does not shrink."""
    return random.Random(number).randbytes(10_000)


def known(responses: ResponseCache, *asked: object) -> list[object]:
    """Those of *asked* that are known."""
    return [one for one in asked if responses.get("one", one) is not None]


def asked_in_turn(responses: ResponseCache, count: int, rounds: int, make: Make = long) -> float:
    """The part of the last round that was known, when *count* answers are asked for in turn."""
    hits = 0
    for turn in range(rounds):
        for number in range(count):
            kept = responses.get("one", number)
            if kept is None:
                responses.put("one", number, make(number))
            else:
                assert responses.body(kept, "")[0] == make(number)
                hits += turn == rounds - 1
    return hits / count


def test_answers_take_no_more_memory_than_is_counted() -> None:
    responses = ResponseCache(LARGE)
    tracemalloc.start()
    try:
        for number in range(1000):
            responses.put("one", number, encoded({"data": {"revision": str(number)}}))
        assert tracemalloc.get_traced_memory()[0] < 1.2 * responses.held_bytes
    finally:
        tracemalloc.stop()


def test_answers_are_known_for_their_revision_only() -> None:
    responses = ResponseCache(LARGE)
    responses.put("one", "q", b"1")
    kept = responses.get("one", "q")
    assert kept is not None
    assert responses.body(kept, "")[0] == b"1"
    assert responses.get("two", "q") is None
    responses.put("two", "other", b"2")
    assert responses.get("two", "q") is None
    assert responses.get("one", "q") is None


def test_an_answer_of_another_revision_that_is_still_in_use_counts_no_more() -> None:
    responses = ResponseCache(LARGE)
    kept = responses.put("one", "q", long(1))
    responses.put("two", "q", long(2))
    assert kept is not None
    before = responses.held_bytes
    kept.encodings["gzip"] = compressed(long(1), "gzip")
    assert responses.get("two", "q") is not kept
    assert responses.held_bytes == before
    assert responses.body(kept, "")[0] == long(1)


def test_where_there_is_no_room_answers_are_packed_before_any_is_forgotten() -> None:
    responses = ResponseCache(100_000)
    numbers = range(50)
    for number in numbers:
        responses.put("one", number, long(number))
    assert known(responses, *numbers) == list(numbers)
    assert responses.held_bytes <= 100_000
    assert asked_in_turn(responses, 50, 3) == 1


def test_short_answers_are_not_driven_out_by_long_ones_that_could_be_packed() -> None:
    responses = ResponseCache(100_000)
    for number in range(20):
        responses.put("one", ("short", number), short(number))
    asked_in_turn(responses, 50, 5)
    assert len(known(responses, *[("short", number) for number in range(20)])) == 20


def test_what_is_asked_for_most_often_is_known_whoever_asks_for_all_else() -> None:
    responses = ResponseCache(60_000)
    asked_in_turn(responses, 1000, 1, short)
    hits = 0
    for turn in range(20_000):
        number = DICE.randrange(10) if turn % 2 else DICE.randrange(100_000)
        kept = responses.get("one", number)
        if kept is None:
            responses.put("one", number, short(number))
        hits += kept is not None and number < 10
    assert hits > 0.9 * 10_000


def test_a_compressed_answer_that_is_asked_for_is_plain_again_and_the_least_recently_used_one_is_not() -> (
    None
):
    responses = ResponseCache(100_000)
    for number in range(50):
        responses.put("one", number, long(number))
    oldest, newest = responses.get("one", 0), responses.get("one", 49)
    assert oldest is not None
    assert newest is not None
    assert (oldest.plain, newest.plain) == (None, long(49))
    assert responses.body(oldest, "zstd")[1] == "zstd"
    assert responses.body(oldest, "") == (long(0), "")
    for _ in range(20):
        for number in range(1, 20):
            kept = responses.get("one", number)
            assert kept is not None
            assert responses.body(kept, "") == (long(number), "")
            assert responses.body(oldest, "") == (long(0), "")
    assert (oldest.plain, newest.plain) == (long(0), None)
    assert responses.held_bytes <= 100_000


def test_encodings_that_are_added_to_an_answer_count_when_it_is_asked_for() -> None:
    responses = ResponseCache(LARGE)
    kept = responses.put("one", "q", firm(1))
    assert kept is not None
    before = responses.held_bytes
    kept.encodings["gzip"] = compressed(firm(1), "gzip")
    responses.get("one", "q")
    assert responses.held_bytes == before + len(kept.encodings["gzip"])


def test_a_long_question_counts_as_its_answer_does() -> None:
    responses = ResponseCache(100_000)
    questions = [("{ revision }", "x" * 10_000 + str(number)) for number in range(50)]
    for question in questions:
        responses.put("one", question, b"x")
    assert 0 < len(known(responses, *questions)) < 10


def test_an_answer_that_would_drive_out_all_others_is_not_kept() -> None:
    responses = ResponseCache(10_000)
    responses.put("one", "small", b"x")
    responses.put("one", "large", firm(1))
    assert known(responses, "small", "large") == ["small"]


def test_an_answer_put_again_is_counted_once() -> None:
    responses = ResponseCache(LARGE)
    responses.put("one", "same", short(1))
    before = responses.held_bytes
    responses.put("one", "same", short(1))
    assert responses.held_bytes == before


def test_no_answers_are_kept_without_bytes_for_them() -> None:
    responses = ResponseCache(0)
    assert responses.put("one", "q", b"") is None
    assert responses.get("one", "q") is None


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([short, long, firm]), st.sampled_from(CODINGS))),
    st.sampled_from([20_000, 60_000, LARGE]),
)
def test_whatever_is_asked_no_more_is_held_than_may_be_and_what_is_held_is_right(
    questions: list[tuple[int, Make, str]], capacity: int
) -> None:
    responses = ResponseCache(capacity)
    for number, make, coding in questions:
        kept = responses.get("one", (number, make)) or responses.put("one", (number, make), make(number))
        if kept is not None:
            assert responses.body(kept, "")[0] == make(number)
            kept.encodings.setdefault(coding, compressed(make(number), coding))
            assert {decompressed(body, name) for name, body in kept.encodings.items()} == {make(number)}
            responses.get("one", (number, make))
        assert responses.held_bytes <= capacity
        assert responses.held_bytes == sum(kept.size for kept in responses._entries.values())
