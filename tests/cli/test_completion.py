from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

COMPLETE = """
eval "$(graph-api completion bash)"
COMP_WORDS=({words})
COMP_CWORD={last}
_graph_api_completion graph-api
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed_in_bash(*words: str) -> list[str]:
    script = COMPLETE.format(words=" ".join(f"'{word}'" for word in words), last=len(words) - 1)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], env=os.environ | {"PATH": path}, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_of_its_own(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_GRAPH_API_COMPLETE={shell}_complete" in result.stdout


def test_an_unknown_shell_is_a_usage_error(run: Run) -> None:
    assert run("completion", "csh").exit_code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_bash_completes_commands_and_options() -> None:
    assert completed_in_bash("graph-api", "s") == ["serve", "suggest-links", "schema"]
    assert completed_in_bash("graph-api", "serve", "--p") == [
        "--port",
        "--published-only",
        "--persisted-query-bytes",
    ]
