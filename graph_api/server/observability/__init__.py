"""What the server tells of itself: a log, metrics and traces.

The one decision worth knowing: a request is noted while it is answered (`seen`), and told when it is over,
in one place (`observer`). What that costs is measured by `tests/bench/bench_observation.py`.
"""
