"""A MariaDB server of the tests' own: in a temporary folder, on a free port, gone afterwards.

    with mariadb.server() as server:
        subprocess.run([sys.executable, ...], env={**os.environ, **server.environment}, check=True)

``server.environment`` leads ``settings.test_mysql`` there. The races run in processes of their own: SQLite, which the
other tests use, ignores row locks.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_SECONDS = 60
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Server:
    """A running server with an empty database ``proctored_exam``."""

    port: int
    socket: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a child process that shall use it."""
        return {
            "DJANGO_SETTINGS_MODULE": "settings.test_mysql",
            "PEX_MYSQL_SOCKET": self.socket,
            "PEX_MYSQL_USER": "root",
            "PEX_MYSQL_PASSWORD": "",
        }


def program() -> str | None:
    """Path of the server, None where there is none."""
    return shutil.which("mariadbd", path=_PATH) or shutil.which("mysqld", path=_PATH)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, stop it at the end; skips the test where none is installed."""
    if program() is None:
        pytest.skip("no MariaDB server on this machine (apt install mariadb-server-core)")
    # A short path: the name of a socket is limited to about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pex-db-", dir="/tmp"))
    try:
        yield from _run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path) -> Iterator[Server]:
    data = folder / "data"
    data.mkdir()
    port = _free_port()
    where = Server(port, str(folder / "socket"))
    # The same files a distribution's installer makes, without its scripts: `mariadbd --bootstrap` is silent and quick.
    _install(folder, data)
    log = (folder / "log").open("w")
    child = subprocess.Popen(
        [*_command(data), f"--socket={where.socket}", f"--port={port}", "--bind-address=127.0.0.1"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(child, where, folder / "log")
        yield where
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        log.close()


def _command(data: Path) -> list[str]:
    return [
        str(program()),
        "--no-defaults",
        f"--datadir={data}",
        f"--user={getpass.getuser()}",
        "--skip-grant-tables",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M",
        "--max-connections=200",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
        "--skip-networking=0",
    ]


def _install(folder: Path, data: Path) -> None:
    installer = shutil.which("mariadb-install-db", path=_PATH) or shutil.which("mysql_install_db", path=_PATH)
    if installer is None:
        pytest.skip("no mariadb-install-db on this machine")
    with (folder / "install.log").open("w") as log:
        subprocess.run(
            [
                installer,
                "--no-defaults",
                f"--datadir={data}",
                f"--user={getpass.getuser()}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait(child: subprocess.Popen[bytes], where: Server, log: Path) -> None:
    for _ in range(int(_SECONDS / _POLL_SECONDS)):
        if _listens(where):
            with closing(pymysql.connect(unix_socket=where.socket, user="root")) as connection:
                connection.query("CREATE DATABASE IF NOT EXISTS proctored_exam CHARACTER SET utf8mb4")
            return
        try:
            child.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"MariaDB did not start:\n{log.read_text()[-2000:]}")


def _listens(where: Server) -> bool:
    """Asked by a socket of our own: PyMySQL leaves one open when nobody answers."""
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        return probe.connect_ex(where.socket) == 0


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
