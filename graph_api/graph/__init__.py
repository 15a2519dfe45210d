"""Algorithms on nodes that are numbers: neighbourhoods, paths, likeness, explanations, compact adjacency, exports.

This room knows no SQL and no GraphQL. A walk is a generator that yields questions (`questions`) and
receives answers; a store, the arrays of `csr` or a dict in a test may answer, with equal results, since
every answer has a defined order and numbers stand in that of keys (`ground`). Why generators: one frontier
asked at once survives any store, and the driver may stop, yield to the event loop or look at a deadline
between any two questions.
"""
