"""What articles link to, told by the edges in memory: the related articles they list, and their topics."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, cast

from graph_api.graph.adjacency import Csr
from graph_api.records import EdgeKind, NodeKey
from graph_api.store.reads import Lists, Read, TopicKeys


def linked(edges: Csr, read: Read[Any]) -> Mapping[Any, Any] | None:  # Any: what the read is answered with
    """The answer to *read*, by callers who may see all of *edges*; None when it asks for anything else."""
    if isinstance(read, TopicKeys) and EdgeKind.TOPIC in edges.kinds:
        found = edges.lists(EdgeKind.TOPIC, read.keys, sys.maxsize)
        return {key: tuple(topics) for key, topics in zip(read.keys, found, strict=True) if topics}
    if isinstance(read, Lists) and (listing := read.listing) is not None and EdgeKind.RELATED in edges.kinds:
        lists = edges.lists(EdgeKind.RELATED, listing, read.window.size + 1)
        return read.listed(cast("list[list[NodeKey]]", lists))  # to arrays they are integers
    return None


def is_linked(read: Read[Any]) -> bool:
    """Whether `linked` could answer *read*."""
    return isinstance(read, TopicKeys) or (isinstance(read, Lists) and read.listing is not None)
