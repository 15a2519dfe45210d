"""The log of a server process: on stderr, in the chosen format, without delaying requests."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import sys
import threading
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import Result

from tests.cli.test_serve import SEEDS, Server, serving
from tests.cli.test_workers import until

Run = Callable[..., Result]

INFO = {"GRAPH_API_LOG_LEVEL": "info"}


def test_a_request_is_a_line_for_people_unless_programs_are_to_read_it(tmp_path: Path) -> None:
    with serving(SEEDS, cache=tmp_path, env=INFO) as server:
        server.ask("query Q { revision }")
        code, said = server.end(signal.SIGTERM)
    assert code == 0
    revision, request = said.splitlines()
    assert re.fullmatch(r"\S+Z info the content has revision [0-9a-f]+ logger=\S+ worker=0", revision)
    assert re.fullmatch(r"\S+Z info GET /graphql 200 ms=\S+ bytes=\d+ .* operation=Q .* worker=0", request)


def test_lines_have_the_number_of_the_worker_and_any_worker_has_the_metrics_of_all(tmp_path: Path) -> None:
    with serving(SEEDS, "--workers", "2", "--log-format", "json", cache=tmp_path, env=INFO) as server:
        for _ in range(20):
            server.ask("query Q { revision }")
        until(lambda: operations(server) == 20)
        code, said = server.end(signal.SIGTERM)
    entries = [json.loads(line) for line in said.splitlines()]
    asked = [entry for entry in entries if entry.get("path") == "/graphql"]
    assert (code, len(asked)) == (0, 20)
    assert {entry["worker"] for entry in entries} <= {0, 1}
    assert {(entry["operation"], entry["status"]) for entry in asked} == {("Q", 200)}


def operations(server: Server) -> float:
    """The number of operations of all workers, from the metrics of one."""
    with urllib.request.urlopen(server.url.replace("/graphql", "/metrics"), timeout=30) as answer:
        told = answer.read().decode()
    return sum(
        float(value) for value in re.findall(r"^graph_api_operations_total{.*} (.*)$", told, re.MULTILINE)
    )


def test_the_level_off_logs_nothing(tmp_path: Path) -> None:
    with serving(SEEDS, "--log-level", "off", cache=tmp_path) as server:
        server.ask("query Q { revision }")
        assert server.end(signal.SIGTERM) == (0, "")


def test_the_server_survives_the_end_of_its_log_reader(tmp_path: Path) -> None:
    with serving(SEEDS, cache=tmp_path, env=INFO) as server:
        assert server.process.stderr is not None
        server.process.stderr.close()
        for _ in range(5):
            assert "data" in server.ask("{ revision }")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0


def test_a_reader_that_does_not_read_holds_no_request_up(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4_096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    with serving(SEEDS, cache=tmp_path, env=INFO, stderr=writer) as server:
        os.close(writer)
        for _ in range(5):
            assert "data" in server.ask("{ revision }")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
    os.close(reader)


def test_an_unknown_form_is_a_usage_error(run: Run) -> None:
    result = run("serve", SEEDS, "--log-format", "xml")
    assert (result.exit_code, "'human', 'json'" in result.stderr) == (2, True)


# -- traces --------------------------------------------------------------------------------------------


class _Collector(BaseHTTPRequestHandler):
    received: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        pass


def test_traces_are_sent_to_the_collector_that_otel_variables_name(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"}
        with serving(SEEDS, "--traces", cache=tmp_path, env=env) as server:
            server.ask("query Traced { revision }")
            assert server.end(signal.SIGTERM) == (0, "")
        collector.shutdown()
    sent = b"".join(_Collector.received)
    assert all(each in sent for each in (b"graph-api", b"GET /graphql", b"Traced", b"validate"))


def test_without_opentelemetry_the_error_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    monkeypatch.delitem(sys.modules, "graph_api.server.observability.traces", raising=False)
    result = run("serve", SEEDS, "--traces", "--port", "0")
    assert result.exit_code == 2
    assert "pip install 'graph-api[otel]'" in result.stderr
