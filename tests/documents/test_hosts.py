"""Hosts have one canonical form, as UTS 46 (non-transitional), RFC 3986 and RFC 5952 say."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from graph_api.documents.hosts import canonical_domain, canonical_host
from graph_api.errors import InvalidUrl
from tests.documents.writing import article, codes, read


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Example.COM", "example.com"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("STRASSE.example", "strasse.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("XN--STRAE-OQA.example", "xn--strae-oqa.example"),
        ("m\u00fcller.example", "xn--mller-kva.example"),
        ("mu\u0308ller.example", "xn--mller-kva.example"),
        ("M\u00dcLLER.example", "xn--mller-kva.example"),
        ("\u03b2\u03cc\u03bb\u03bf\u03c2.com", "xn--nxasmm1c.com"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "xn--mgba3gch31f060k.com"),
        ("\uff26\uff2f\uff2f\u3002example", "foo.example"),
        ("exam\u00adple.com", "example.com"),
        ("\u2615.example", "xn--53h.example"),
        ("\u4eba.\u4e2d\u56fd", "xn--gmq.xn--fiqs8s"),
        ("m%C3%BCller.example", "xn--mller-kva.example"),
        ("a_b.example", "a_b.example"),
        ("_dmarc.example", "_dmarc.example"),
        ("r3---sn-4g5.example", "r3---sn-4g5.example"),
        ("localhost", "localhost"),
        ("example.com.", "example.com."),
        ("127.0.0.1", "127.0.0.1"),
        ("1.example", "1.example"),
        ("[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"),
        ("[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"),
        ("[2001:0db8::0001]", "[2001:db8::1]"),
        ("[0:0:0:0:0:0:0:0]", "[::]"),
        ("[::ffff:C000:0201]", "[::ffff:192.0.2.1]"),
        ("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_host_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_host(text) == canonical
    assert canonical_host(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        ".example",
        "a..example",
        "a b.example",
        "a,b.example",
        "a<b.example",
        "a%2Cb.example",
        "a%FFb.example",
        "-a.example",
        "a-.example",
        "a" * 64 + ".example",
        "\u00fc" * 60 + ".example",
        f"{'a.' * 127}example",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "127.0.0.01",
        "0x7f.1",
        "example.1",
        "xn--.example",
        "xn--a.example",
        "xn--\u00fc.example",
        "xn--zzzzzzzz99999.example",
        "xn--mller-kv\u00e4.example",
        "\u0301a.example",
        "a\u200db.example",
        "\u2100.example",
        "\u06271\u0661a.example",
        "\ud800.example",
        "[::1",
        "[]",
        "[1.2.3.4]",
        "[fe80::1%25eth0]",
        "[1:2:3]",
        "[:::]",
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(InvalidUrl, match="its host"):
        canonical_host(text)


@given(st.text())
def test_any_text_is_a_canonical_host_or_refused(text: str) -> None:
    with suppress(InvalidUrl):
        once = canonical_host(text)
        assert canonical_host(once) == once
        assert once.isascii()


def test_a_providers_domain_has_no_root_dot() -> None:
    assert canonical_domain("M\u00fcller.example.") == "xn--mller-kva.example"


@pytest.mark.parametrize(
    ("domain", "canonical"),
    [("m\u00fcller.example", "xn--mller-kva.example"), ("Stra\u00dfe.example", "xn--strae-oqa.example")],
)
def test_the_domain_of_a_provider_is_canonical(domain: str, canonical: str) -> None:
    provider = article(provider=f"{{name: A, domain: {domain}}}").provider
    assert provider is not None
    assert provider.domain == canonical


@pytest.mark.parametrize("domain", ["1.2.3", "a..b", "'a b.example'", "a/b", "a:80", "x@y.example"])
def test_a_provider_whose_domain_is_no_host_is_dropped_with_a_warning(domain: str) -> None:
    assert codes(read(provider=f"{{name: A, domain: {domain}}}")) == ["W210"]


def test_two_sites_that_idna_2003_merged_are_two_articles() -> None:
    one, two = (article(webUrl=f"https://{host}/a") for host in ("stra\u00dfe.example", "strasse.example"))
    assert (one.url, two.url) == ("https://xn--strae-oqa.example/a", "https://strasse.example/a")


def test_a_url_without_a_valid_host_rejects_the_file() -> None:
    assert codes(read(webUrl="https://256.1.1.1/")) == ["E103"]
