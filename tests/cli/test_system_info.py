from __future__ import annotations

import pytest

from graph_api.cli.system_info import raise_descriptor_limit


def test_the_descriptor_limit_is_raised_as_far_as_the_system_permits() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        raise_descriptor_limit(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (356, before[1])
        raise_descriptor_limit(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 356, "it is never made smaller"
        raise_descriptor_limit(2**31)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 2**31 + 256)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
