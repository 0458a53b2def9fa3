"""Fetches the programs the tests drive and says which test tiers this machine can run.

``test_tools.py fetch`` installs what is missing with apt when it may, and the platform's grader (``capa_oracle``);
``test_tools.py tiers`` prints the tiers, comma-separated. Standard library only.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass

if __package__:
    from scripts import capa_oracle
else:
    import capa_oracle


@dataclass(frozen=True)
class Tool:
    """One program: any of ``commands`` will do; ``package`` is the distribution's."""

    tier: str
    commands: tuple[str, ...]
    package: str

    @property
    def found(self) -> str | None:
        """Path of the first command that is there; daemons live in sbin, which a user's PATH may lack."""
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
        return next(filter(None, (shutil.which(command, path=path) for command in self.commands)), None)


TOOLS = (
    Tool("browser", ("chromium", "chromium-browser", "google-chrome"), "chromium"),
    Tool("mariadb", ("mariadbd", "mysqld"), "mariadb-server-core"),
    Tool("mariadb", ("my_print_defaults",), "mariadb-client-core"),  # the server's own installer calls it
    Tool("redis", ("redis-server",), "redis-server"),
)


def main(action: str) -> int:
    """Always 0: a missing tool means skipped tests, said plainly, not a failure."""
    if action == "tiers":
        lacking = {tool.tier for tool in TOOLS if not tool.found}
        capa = ["capa"] if capa_oracle.interpreter() else []
        fuzz = [] if no_fuzzing() else ["fuzz"]
        print(",".join(dict.fromkeys([*(tool.tier for tool in TOOLS if tool.tier not in lacking), *capa, *fuzz])))
        return 0
    capa_oracle.main("make")
    missing = [tool for tool in TOOLS if not tool.found]
    if missing:
        _install([tool.package for tool in missing])
    for tool in TOOLS:
        if tool.found:
            print(f"· {tool.tier}: {tool.found}")
        else:
            print(f"Missing: {tool.package} (its tests are skipped). Install it with: apt install {tool.package}")
    print(f"Missing: {no_fuzzing()} (its tests are skipped)." if no_fuzzing() else "· fuzz: atheris, with the others")
    return 0


def no_fuzzing() -> str:
    """Why the fuzzer cannot be installed for this interpreter, empty when it can; setup.py asks for it by the same."""
    wheels = sys.platform == "linux" and platform.machine() == "x86_64" and sys.implementation.name == "cpython"
    if wheels and sys.version_info < (3, 14):
        return ""
    return "atheris, which has wheels for CPython 3.11 to 3.13 on Linux (x86-64) only"


def _install(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        print("Missing: apt-get; install these yourself: " + ", ".join(packages))
        return
    if os.geteuid() != 0:
        print("Missing: the right to install packages. As root: apt install " + " ".join(packages))
        return
    print("· Installing " + ", ".join(packages), flush=True)
    quiet = {
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "check": False,
    }
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    # One by one: a package that this release does not have must not take the others with it.
    for package in packages:
        subprocess.run(["apt-get", "install", "-qq", "--no-install-recommends", package], **quiet)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
