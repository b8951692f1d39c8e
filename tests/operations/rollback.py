"""`python -m tests.operations.rollback COMMIT`: an older release beside this one, on the schema of this one.

The way of a rollback, from the page to the MCP server, and the way of an upgrade back. After each step somebody goes on
with what was there before. Both releases are installed from their own pins; the commit must be in this clone's history.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx2

from local.install import build_page, install_page, install_python
from local.keys import kept_keys
from local.prepare import migrate, python_of
from local.processes import Process
from local.services import Environments, environments
from local.settings import PORTS, StartError
from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.mcp_server.client import Caller
from tests.oauth import OAuthApp
from tests.services import ROOT, embedded_postgres, free_port, open_folder

WAY_BACK = ("page", "gateway", "mcp_server")
ERRANDS = ("milk", "bread", "salt", "rice", "eggs", "flour", "beans")
SYSTEM = ("PATH", "HOME", "LANG")


@dataclass
class Product:
    """The three processes, each of one release or the other."""

    told: Environments
    ports: dict[str, int]
    logs: Path
    _running: dict[str, Process] = field(default_factory=dict[str, Process])

    def put(self, kind: str, root: Path) -> None:
        """Let the process of this kind be that of the release in ``root``.

        Raises:
            StartError: it does not become ready.
        """
        if kind in self._running:
            self._running[kind].ask_to_stop()
            self._running[kind].wait_until_stopped()
        self._running[kind] = self._process(kind, root)
        self._running[kind].start()
        self._running[kind].wait_until_ready()

    def stop(self) -> None:
        for process in self._running.values():
            process.ask_to_stop()
            process.wait_until_stopped()

    def _process(self, kind: str, root: Path) -> Process:
        log = self.logs / f"{kind}.log"
        if kind == "page":
            command = ["node", "server/index.js"]
            return Process(kind, command, root / "frontend", self.told.frontend, log, self.ports["FRONTEND_PORT"])
        python = root / ".local" / "venvs" / kind.replace("_", "-") / "bin" / "python"
        told = self.told.gateway if kind == "gateway" else self.told.mcp_server
        return Process(kind, [str(python), "-m", kind], root, told, log, self.ports[f"{kind.upper()}_PORT"])


class Somebody:
    """A person with a conversation and an app that was let in, who goes on with both."""

    def __init__(self, ports: dict[str, int]) -> None:
        page, gateway, mcp = (f"http://localhost:{ports[name]}" for name in PORTS)
        self._mcp = f"{mcp}/mcp"
        self.person = Person(cast("Launcher", SimpleNamespace(page=page, gateway=gateway)))
        self._conversation = self.person.say("hello")["conversation_id"]
        self._app = OAuthApp(self.person.page, self._mcp)
        self._refresh = self._app.get_in()["refresh_token"]
        self._errands: list[str] = []

    def go_on(self, errand: str) -> None:
        """Sign in again, write, delete, take back and read, in the page's way and in the app's.

        Raises:
            AssertionError: something is not as it was, or not served.
        """
        self.person.post("/api/auth/sign-in/email", **self.person.credentials)
        self._say(f"add buy {errand}", "add_tasks")
        self._errands.append(errand)
        self._say(f"delete buy {self._errands[0]}", "delete_tasks")
        self._say("undo", "undo")
        shown = self._say("what is on my list?", "find_tasks")
        tokens = self._app.refresh(self._refresh).json()
        self._refresh = tokens["refresh_token"]
        found = Caller(self._mcp, tokens["access_token"]).ok("find_tasks")["tasks"]
        assert sorted(task["title"] for task in found) == sorted(f"buy {one}" for one in self._errands)
        assert all(f"buy {one}" in shown for one in self._errands), shown

    def _say(self, message: str, tool: str) -> str:
        answer = self.person.say(message, self._conversation)
        assert {"name": tool, "ok": True} in answer["tool_calls"], f"{message}: {answer}"
        return str(answer["response"])


def unpacked(commit: str, folder: Path) -> Path:
    """Put the release of a commit into a folder, and install it from its own pins.

    Raises:
        StartError: this clone does not hold the commit, or it cannot be installed.
    """
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        raise StartError(f"This clone does not hold {commit}: {archive.stderr.decode().strip()}")
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive.stdout, check=True)
    install_python(folder, folder / ".local" / "venvs", ("gateway", "mcp-server"))
    install_page(folder, folder / "npm-ci.log")
    build_page(folder, folder / "build.log")
    return folder


@contextmanager
def both(commit: str) -> Iterator[tuple[Product, Path]]:
    """Yield this release, running on its own schema, and where the older one lies."""
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        older = unpacked(commit, folder / "older")
        postgres = running.enter_context(embedded_postgres())
        keys, ports = kept_keys(folder / "keys.json", python_of("gateway"), ROOT), {name: free_port() for name in PORTS}
        system = {name: os.environ[name] for name in SYSTEM if name in os.environ}
        told = environments(system, keys, ports, postgres.url)
        migrate(told, folder)
        product = Product(told, ports, folder)
        running.callback(product.stop)
        for kind in ("page", "mcp_server", "gateway"):  # each is ready once those before it are
            product.put(kind, ROOT)
        yield product, older


def walk(commit: str) -> Iterator[tuple[str, str]]:
    """Yield each step and what is wrong after it: nothing, where somebody can go on."""
    with both(commit) as (product, older):
        steps = [(kind, older) for kind in WAY_BACK] + [(kind, ROOT) for kind in reversed(WAY_BACK)]
        somebody = Somebody(product.ports)
        with closing(somebody.person):
            somebody.go_on(ERRANDS[0])
            for (kind, root), errand in zip(steps, ERRANDS[1:], strict=True):
                step = f"{kind} of {commit if root == older else 'this release'}"
                try:
                    product.put(kind, root)
                    somebody.go_on(errand)
                except (AssertionError, StartError, httpx2.TransportError) as error:
                    yield step, str(error) or type(error).__name__
                else:
                    yield step, ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.operations.rollback", description=__doc__)
    parser.add_argument("commit")
    is_served = True
    for step, fault in walk(parser.parse_args().commit):
        sys.stdout.write(f"FAILED  {step}: {fault}\n" if fault else f"ok      {step}\n")
        sys.stdout.flush()
        is_served &= not fault
    return 0 if is_served else 1


if __name__ == "__main__":
    sys.exit(main())
