"""`make audit`: known vulnerabilities of what is pinned, for Python and npm; exit code 1 when there are some.

What cannot be reached is told and fails nothing: a check must run on a machine without network too.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[1]
_WITHIN_S = 60
_PIP_AUDIT = ("--requirement", "constraints.txt", "--no-deps", "--disable-pip", "--format", "json")


def main() -> None:
    """Every finding is a line."""
    findings = list(_python(sys.argv[1:]))
    for lock in sorted(TOP.glob("**/package-lock.json")):
        if "node_modules" not in lock.parts:
            findings += _npm(lock.parent)
    if findings:
        print("\n".join(findings))
    raise SystemExit(bool(findings))


def _python(command: list[str]) -> Iterator[str]:
    """What *command*, a pip-audit, finds in the pinned packages."""
    told = _asked([*command, *_PIP_AUDIT, "--timeout", "10", "--progress-spinner", "off"], TOP)
    packages = told.get("dependencies", [])
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        print("audit: the advisories for Python cannot be reached; constraints.txt is not audited")
    elif skipped:
        print(f"audit: not audited, since nothing is known of them: {', '.join(skipped)}")
    for package in packages:
        for one in package.get("vulns", ()):
            yield f"audit: {package['name']} {package.get('version')}: {one['id']}, mended in {one['fix_versions']}"


def _npm(folder: Path) -> Iterator[str]:
    """What npm finds in the lock file of *folder*."""
    place = folder.relative_to(TOP)
    told = _asked(["npm", "audit", "--json"], folder) if shutil.which("npm") else {}
    if "vulnerabilities" not in told:
        print(f"audit: the advisories for npm cannot be reached; {place} is not audited")
    for name, one in told.get("vulnerabilities", {}).items():
        yield f"audit: {place}: {name} {one.get('range')}: {one.get('severity')}"


def _asked(command: list[str], folder: Path) -> Mapping[str, Any]:  # Any: JSON
    """The JSON object that *command* prints, empty when it prints none in time."""
    try:
        done = subprocess.run(
            command, cwd=folder, check=False, capture_output=True, text=True, timeout=_WITHIN_S
        )
        told = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


if __name__ == "__main__":
    main()
