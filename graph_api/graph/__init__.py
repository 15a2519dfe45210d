"""Algorithms on the article graph: neighborhoods, paths, similarity, stories, metrics, adjacency, exports.

This room knows no SQL and no GraphQL. A walk is a generator over a graph (`protocol.Neighbors`), which the arrays
of `adjacency` implement, a store's reads, or a dict in a test; the results are equal, since every answer has
a defined order. Why generators: one call for a whole frontier suits any store, and the driver may stop,
leave the event loop or look at a deadline between any two of them.
"""
