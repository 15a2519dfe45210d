"""The base URL that a generator's configuration names."""

from __future__ import annotations

import pytest

from graph_api.ingest.site_options import GENERATOR_FILES, generator_base_url, normal_base_url


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("_config.yml", "url: https://a.example\nbaseurl: /notes\n", "https://a.example/notes/"),
        ("_config.yml", "url: 'https://A.example/'\nbaseurl: ''\n", "https://a.example/"),
        ("_config.yml", "url: https://a.example # the site\nbaseurl:\n", "https://a.example/"),
        ("_config.yml", "baseurl: /notes\n", None),
        ("_config.yml", "url: /notes\n", None),
        ("hugo.toml", 'baseURL = "https://a.example/"\n', "https://a.example/"),
        ("config.toml", 'baseurl = "https://a.example"\n[params]\nx = 1\n', "https://a.example/"),
        ("config.toml", 'base_url = "https://a.example/b"\n', "https://a.example/b/"),
        ("config.yaml", "baseURL: https://a.example/\n", "https://a.example/"),
        ("hugo.json", '{"baseURL": "https://a.example/"}', "https://a.example/"),
        ("config/_default/hugo.toml", "baseURL = 'https://a.example/'\n", "https://a.example/"),
        ("hugo.toml", "baseURL = '/'\n", None),
        ("hugo.toml", "baseURL = \n", None),
        ("hugo.toml", f"baseURL = {'[' * 5_000}\n", None),
        ("hugo.toml", f"a = {'9' * 5_000}\n", None),
        ("config.yaml", "a: [", None),
        (
            "astro.config.mjs",
            "export default defineConfig({\n  site: 'https://a.example',\n});",
            "https://a.example/",
        ),
        ("astro.config.ts", 'export default { site: "https://a.example/b" };', "https://a.example/b/"),
        ("astro.config.mjs", "export default {\n  // site: 'https://a.example',\n};", None),
        ("astro.config.mjs", "export default { site: process.env.SITE };", None),
        ("astro.config.mjs", "export default { site: `https://${host}` };", None),
    ],
)
def test_the_base_url_is_what_the_configuration_says(name: str, text: str, expected: str | None) -> None:
    assert name in GENERATOR_FILES
    assert generator_base_url({name: text.encode()}) == expected


def test_the_first_file_that_names_one_counts() -> None:
    files = {
        "hugo.toml": b"baseURL = '/'",
        "config.toml": b"baseURL = 'https://a.example/'",
        "_config.yml": b"\xff",
    }
    assert generator_base_url(files) == "https://a.example/"


@pytest.mark.parametrize("name", GENERATOR_FILES)
def test_a_configuration_of_any_bytes_is_none(name: str) -> None:
    for data in (b"", b"\xff\xfe", b"url: &a [*a", b"\0", b"url: " + b"[" * 100_000, b" \n" * 100_000):
        assert generator_base_url({name: data}) is None


def test_a_base_url_ends_with_a_slash() -> None:
    assert normal_base_url("HTTPS://A.example:443/b?c#d") == "https://a.example/b/"
    assert normal_base_url("a.example") is None
