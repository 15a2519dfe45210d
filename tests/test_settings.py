from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from graph_api.errors import UsageError
from graph_api.settings import Settings, table, variable


def test_a_variable_is_named_after_its_setting() -> None:
    assert variable("reader-connections") == variable("reader_connections") == "GRAPH_API_READER_CONNECTIONS"


def test_every_setting_has_a_help_of_one_sentence() -> None:
    for one in table():
        assert one.metadata["help"].endswith(".")
        assert one.metadata["help"][0].isupper()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc] # that it cannot be set


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"port": 65536}, "port must be between 0 and 65535; got 65536"),
        ({"port": -1}, "port must be"),
        ({"reader_connections": 0}, "reader_connections must be 1 or more; got 0"),
        ({"root_path": "articles"}, "root_path must begin with a slash"),
        ({"root_path": "/articles/"}, "root_path must begin with a slash"),
        ({"trusted_proxies": "10.0.0.1, proxy.internal"}, "'proxy.internal'"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_name(given: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings(**given)  # type: ignore[arg-type] # any field
    assert named in str(refused.value)


@pytest.mark.parametrize("proxies", ["", "*", "10.0.0.1", "10.0.0.0/8, ::1"])
def test_proxies_are_addresses_networks_or_all(proxies: str) -> None:
    assert Settings(trusted_proxies=proxies).trusted_proxies == proxies
