"""What a refusal's message quotes stands there as GraphQL writes it."""

from __future__ import annotations

import pytest
from graphql import GraphQLError

from graph_api.execution.graphql_errors import coded


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("found: None", "found: null"),
        ("found: {'None': [True, False]}", "found: {'None': [true, false]}"),
        ('found: "it\'s None"', 'found: "it\'s None"'),
        (
            "not to include unknown field '\\', found: {'\\\\': None}.",
            "not to include unknown field '\\', found: {'\\\\': null}.",
        ),
        (
            "not to include unknown field 'None', found: None",
            "not to include unknown field 'None', found: null",
        ),
    ],
)
def test_values_are_named_as_graphql_does_and_texts_are_left_alone(told: str, shown: str) -> None:
    assert coded(GraphQLError(told), "BAD_USER_INPUT").message == shown
