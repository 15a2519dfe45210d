"""The servers of a run, each a process of its own on a free port of 127.0.0.1, stopped by its pid."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.dataset import Dataset
from tests.bench.questions import NEEDED_FIELDS

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
_START_S, _STOP_S, _ANSWER_S = 60, 10, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How a server is started; PORT stands for the port."""

    name: str
    words: tuple[str, ...]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    ours: bool

    def paths(self, sizes: Sequence[int]) -> str:
        """Where it is asked, as `load` takes it. The floor answers as many bytes as the others do to each body, *sizes*;
        they know what they answer."""
        return ",".join(f"/{size}" for size in sizes) if self.name == FLOOR else "/graphql"

    def knows(self, question: str) -> bool:
        """Whether the schema has what *question* needs; peers were written for all questions."""
        needed = NEEDED_FIELDS.get(question)
        if not self.ours or needed is None:
            return True
        answer, _ = self.ask(b'{"query": "{ __type(name: \\"Article\\") { fields { name } } }"}')
        return any(field["name"] == needed for field in answer["data"]["__type"]["fields"])

    def ask(self, body: bytes) -> tuple[Any, int]:
        """The answer as JSON, and its size in bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_S)
        connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        text = connection.getresponse().read()
        connection.close()
        return json.loads(text), len(text)

    def cpu_s(self) -> float:
        """Processor time spent so far, workers included, in seconds."""
        return sum(_cpu_ticks(pid) for pid in _family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """The highest resident memory is what it is now."""
        for pid in _family(self.process.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak_memory_mb(self) -> float:
        """The highest resident memory since it was forgotten, workers included, in MB (10^6 bytes)."""
        return sum(_peak_bytes(pid) for pid in _family(self.process.pid)) / 1e6


FLOOR = "HTTP floor"
TEXTBOOK = "textbook"
MERCURIUS = "mercurius + JIT"
IN_MEMORY = "in memory"
COLD = "ours, cold"
WARM = "ours, warm"
SQL = "ours, row cache off too"


def peers(data: Dataset) -> list[Command]:
    """The peers that can run on this machine; without Node those in Python."""
    database, dump = str(data.database), str(data.dump)
    python = (sys.executable, "-m")
    found = [
        Command(name=TEXTBOOK, words=(*python, "tests.bench.peers.textbook", database, "PORT")),
        Command(name="tuned", words=(*python, "tests.bench.peers.tuned", database, "PORT")),
        Command(name=IN_MEMORY, words=(*python, "tests.bench.peers.in_memory", dump, "PORT")),
        Command(name=FLOOR, words=(*python, "tests.bench.peers.floor", "PORT")),
    ]
    if _node_is_ready():
        found += [
            Command(name=MERCURIUS, words=("node", str(PEERS / "mercurius.js"), database, "PORT")),
            Command(name="yoga", words=("node", str(PEERS / "yoga.js"), database, "PORT")),
        ]
    return found


def _node_is_ready() -> bool:
    """Whether Node and the packages of the lock file are there; installs them when it can."""
    if not shutil.which("node") or not shutil.which("npm"):
        sys.stderr.write("node or npm is not installed: the Node servers are left out\n")
        return False
    if not (PEERS / "node_modules" / ".package-lock.json").exists():
        done = subprocess.run(["npm", "ci", "--silent"], cwd=PEERS, check=False)
        if done.returncode:
            sys.stderr.write("npm ci failed: the Node servers are left out\n")
            return False
    return True


def ours(data: Dataset, home: Path) -> list[Command]:
    """Our server in every way it is measured, over a database made in *home* from the same documents."""
    program = (sys.executable, "-m", "graph_api")
    database = home / "ours.sqlite"
    ingest = [*program, "ingest", str(data.corpus), "--db", str(database)]
    subprocess.run(ingest, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    serve = (
        *program,
        "serve",
        "--db",
        str(database),
        "--port",
        "PORT",
    )  # with a log line a request, as shipped
    cold = (*serve, "--response-cache-bytes", "0")
    return [
        Command(name=COLD, words=cold, ours=True),
        Command(name=WARM, words=serve, ours=True),
        Command(name=SQL, words=(*cold, "--row-cache-bytes", "0"), ours=True),
    ]


@contextmanager
def running(commands: Sequence[Command], home: Path) -> Iterator[list[Server]]:
    """All servers, answering; stopped at the end. What they say goes to files in *home*."""
    with ExitStack() as stack:
        yield [stack.enter_context(_running(command, home)) for command in commands]


@contextmanager
def _running(command: Command, home: Path) -> Iterator[Server]:
    port = _free_port()
    words = [str(port) if word == "PORT" else word for word in command.words]
    log = home / f"{command.name}.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(words, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(process, port, log)
            yield Server(name=command.name, port=port, process=process, ours=command.ours)
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """The server accepts connections."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{log.stem} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _family(pid: int) -> list[int]:
    """*pid* and all processes below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in below for one in _family(int(child)))]


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # user and system time: fields 14 and 15 of proc(5)


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def machine() -> str:
    """The machine in one line."""
    text = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), ""
    )
    node = (
        subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)
        if shutil.which("node")
        else None
    )
    versions = f"Python {sys.version.split()[0]}" + (f", Node {node.stdout.strip()}" if node else "")
    return f"{len(os.sched_getaffinity(0))} x {model or os.uname().machine}, {os.uname().sysname} {os.uname().release}, {versions}"
