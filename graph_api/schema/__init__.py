"""The contract: Strawberry types whose fields say how they are fetched, for many parents at once."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph_api.schema.scalars import SCALARS
from graph_api.schema.types import Article, Provider, Query, Topic


def build_schema() -> strawberry.Schema:
    """The API's schema."""
    return strawberry.Schema(
        Query, types=[Article, Provider, Topic], config=StrawberryConfig(scalar_map=SCALARS)
    )
