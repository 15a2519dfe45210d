"""The canonical URL: one address, one text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from graph_api.documents import TRACKERS, canonical_url
from graph_api.errors import InvalidUrl


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("HTTPS://Example.COM/A/b", "https://example.com/A/b"),
        (" https://example.com/a\n", "https://example.com/a"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("http://example.com:443/a", "http://example.com:443/a"),
        ("https://example.com:/a", "https://example.com/a"),
        ("https://example.com:0080/a", "https://example.com:80/a"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a/#", "https://example.com/a/"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?id=1&p=2", "https://example.com/a?id=1&p=2"),
        ("https://example.com/a?ArticleID=Xy", "https://example.com/a?ArticleID=Xy"),
        ("https://example.com/a?utm_source=x&id=1&utm_medium=y", "https://example.com/a?id=1"),
        ("https://example.com/a?UTM_Source=x", "https://example.com/a"),
        ("https://example.com/a?utm%5Fsource=x", "https://example.com/a"),
        ("https://example.com/a?b=utm_source", "https://example.com/a?b=utm_source"),
        ("https://example.com/a?a=1&&b", "https://example.com/a?a=1&&b"),
        ("https://example.com/PR Newswire/x", "https://example.com/PR%20Newswire/x"),
        ("https://example.com/caf\u00e9", "https://example.com/caf%C3%A9"),
        ("https://example.com/caf%c3%a9", "https://example.com/caf%C3%A9"),
        ("https://example.com/%7Euser/%41", "https://example.com/~user/A"),
        ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a?q=x y", "https://example.com/a?q=x%20y"),
        ("https://example.com/a?q=x+y", "https://example.com/a?q=x+y"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://XN--BCHER-KVA.example/a", "https://xn--bcher-kva.example/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://ex%41mple.com/", "https://example.com/"),
        ("https://localhost:8000/a", "https://localhost:8000/a"),
        ("https://example.com/..", "https://example.com/"),
        ("https://example.com/a/b/..", "https://example.com/a/"),
        ("https://example.com/a/b/../", "https://example.com/a/"),
        ("https://example.com/a/.", "https://example.com/a/"),
        ("https://example.com/a/%2E%2e/b", "https://example.com/b"),
        ("https://example.com/../../a", "https://example.com/a"),
        ("https://example.com/a//../b", "https://example.com/a/b"),
        ("https://example.com/a/.../b", "https://example.com/a/.../b"),
        ("https://example.com/a/.b/c.", "https://example.com/a/.b/c."),
        ("https://example.com/a?b=/../c", "https://example.com/a?b=/../c"),
        ("https://a_b.example.com/", "https://a_b.example.com/"),
        ("https://example.com/a\u2028/", "https://example.com/a%E2%80%A8/"),
    ],
)
def test_an_address_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_url(text) == canonical


@pytest.mark.parametrize("tracker", sorted(TRACKERS))
def test_trackers_are_dropped(tracker: str) -> None:
    assert canonical_url(f"https://example.com/a?id=1&{tracker}=x") == "https://example.com/a?id=1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not start with http"),
        ("example.com/a", "does not start with http"),
        ("//example.com/a", "does not start with http"),
        ("javascript:alert(1)", "not http or https but javascript"),
        ("data:text/html,x", "not http or https but data"),
        ("file:///etc/passwd", "not http or https but file"),
        ("ftp://example.com/", "not http or https but ftp"),
        ("https:/example.com", "no host"),
        ("https:///a", "no host"),
        ("https://", "no host"),
        ("https://?q", "no host"),
        ("https://:80/", "host or port is invalid"),
        ("https://user@example.com/", "user information"),
        ("https://user:secret@example.com/", "user information"),
        ("https://example.com/\x00", "control characters"),
        ("https://exam\tple.com/", "control characters"),
        ("https://example.com/a\nb", "control characters"),
        ("https://example.com/a\x85b", "control characters"),
        ("https://example.com:99999/", "port"),
        ("https://example.com:0/", "port"),
        ("https://example.com:8a/", "host or port is invalid"),
        ("https://exa mple.com/", "has a character"),
        ("https://a..b/", "empty label"),
        ("https://-a.com/", "has a character"),
        ("https://example.com\\@evil.com/", "user information"),
        ("https://example.com\\a", "has a character"),
        ("https://\u2100.com/", "host"),
        ("https://example.com/\ud800", "lone surrogate"),
    ],
)
def test_what_is_no_public_address_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidUrl, match=reason):
        canonical_url(text)


_PARTS = st.text(alphabet=st.sampled_from("aB%2fF/?&=#+ .~\u00e9\u4eba\u00df:@!utm_"), max_size=30)


@given(host=st.sampled_from(["a.com", "B.Com:443", "b\u00fcch\u00dfer.de", "[::1]:80"]), rest=_PARTS)
def test_the_canonical_form_is_its_own_canonical_form(host: str, rest: str) -> None:
    once = canonical_url(f"https://{host}/{rest}")
    assert canonical_url(once) == once
    assert once.isascii()


@given(st.text())
def test_any_text_is_canonical_or_refused(text: str) -> None:
    with suppress(InvalidUrl):
        assert canonical_url(text).startswith(("http://", "https://"))
