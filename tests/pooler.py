"""PgBouncer in transaction mode, in front of the test cluster: few server connections for many clients."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from tests.services import START_SECONDS, free_port, open_folder

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
"""


@contextmanager
def transaction_pooler(app_url: str, **more: str) -> Iterator[str]:
    """Start a pooler for one role, and return that role's address through it; ``more`` are settings of PgBouncer."""
    assert PROGRAM
    parts = urlsplit(app_url)
    with open_folder() as folder:
        port, log, account = free_port(), folder / "log", _account()
        users, settings = folder / "users", folder / "settings"
        _write(users, f'"{parts.username}" "{unquote(parts.password or "")}"\n', account)
        own = SETTINGS.format(server_port=parts.port, port=port, users=users)
        _write(settings, own + "".join(f"{name} = {value}\n" for name, value in more.items()), account)
        with log.open("wb") as out:
            pooler = subprocess.Popen([PROGRAM, "-q", settings], stdout=out, stderr=out, cwd="/", **account)
        try:
            wait_until_it_listens(pooler, port, log)
            yield urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))
        finally:
            pooler.terminate()
            pooler.wait(10)


def _account() -> dict[str, Any]:
    """Return the subprocess arguments under which PgBouncer agrees to run: it refuses the superuser."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _write(file: Path, text: str, account: dict[str, Any]) -> None:
    """Write a file that only the pooler's account reads."""
    file.touch(0o600)
    file.write_text(text, "utf-8")
    if account:
        os.chown(file, account["user"], account["group"])


def wait_until_it_listens(program: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while program.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"{program.args!r} did not start:\n{log.read_text('utf-8')[-2000:]}")
