"""How each field is answered, a module for each noun: batch functions, which answer a field for many parents at once.

The docstring of a batch function is the description of its field in the schema.
"""

from graph_api.schema.resolvers import (
    articles,
    connections,
    exports,
    facets,
    metrics,
    nodes,
    paths,
    recommendations,
    search,
    stories,
    suggestions,
    taxonomy,
    traversal,
)

__all__ = [
    "articles",
    "connections",
    "exports",
    "facets",
    "metrics",
    "nodes",
    "paths",
    "recommendations",
    "search",
    "stories",
    "suggestions",
    "taxonomy",
    "traversal",
]
