"""The server's log, metrics and traces.

A request fills a `request_record` while it is answered; the `observer` logs, counts and traces it when it is complete.
`tests/bench/bench_observation.py` measures the cost.
"""
