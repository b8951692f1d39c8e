"""Two releases of the product on one schema: this one, and an older one that takes the places of its processes."""

import os
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.install import build_page, install_page, install_python
from local.keys import kept_keys
from local.prepare import VENVS, migrate, python_of
from local.processes import Process
from local.services import Environments, environments
from local.settings import PORTS, StartError
from tests.services import ROOT, free_port, open_folder

ARCHIVE = Path(__file__).parent / "release-before.tar.gz"
"""The Python sources of the release before this one; `make release-before COMMIT=…` writes it."""

SYSTEM = ("PATH", "HOME", "LANG")
REVISION = re.compile(r'^REVISION = "(\w+)"', re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """The sources of a release, and the environments with its packages, or with those of another one."""

    name: str
    root: Path
    venvs: Path

    @property
    def revision(self) -> str:
        """The newest revision of the schema that it knows."""
        (found,) = REVISION.findall((self.root / "mcp_server" / "db" / "tables.py").read_text("utf-8"))
        return str(found)

    def python(self, kind: str) -> Path:
        return self.venvs / kind.replace("_", "-") / "bin" / "python"

    def unusable(self, kind: str) -> str:
        """Say why a service of this release cannot even be imported with its packages; nothing, where it can."""
        line = [self.python(kind), "-c", f"import {kind}.app"]
        done = subprocess.run(line, cwd=self.root, capture_output=True, text=True, check=False)
        return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


THIS = Release("this release", ROOT, VENVS)


def kept_release(folder: Path) -> Release:
    """Unpack the release before this one into a folder; it runs with the packages of this one."""
    with tarfile.open(ARCHIVE) as archive:
        commit = archive.pax_headers["comment"]  # `git archive` writes it there
        archive.extractall(folder, filter="data")
    return Release(commit[:7], folder, VENVS)


def release_of(commit: str, folder: Path) -> Release:
    """Put the release of a commit into a folder, page included, and install it from its own pins.

    Raises:
        StartError: this clone does not hold the commit, or it cannot be installed.
    """
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        raise StartError(f"This clone does not hold {commit}: {archive.stderr.decode().strip()}")
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive.stdout, check=True)
    venvs = folder / ".local" / "venvs"
    install_python(folder, venvs, ("gateway", "mcp-server"))
    install_page(folder, folder / "npm-ci.log")
    build_page(folder, folder / "build.log")
    return Release(commit, folder, venvs)


@dataclass
class Product:
    """The three processes, each of one release or the other, on one database."""

    told: Environments
    ports: dict[str, int]
    logs: Path
    _running: dict[str, Process] = field(default_factory=dict[str, Process])

    def put(self, kinds: Sequence[str], release: Release) -> None:
        """Let the processes of these kinds be those of a release.

        Raises:
            StartError: one does not become ready.
        """
        for kind in kinds:
            if kind in self._running:
                self._running[kind].ask_to_stop()
                self._running[kind].wait_until_stopped()
            self._running[kind] = self._process(kind, release)
            self._running[kind].start()
        for kind in kinds:
            self._running[kind].wait_until_ready()

    def stop(self) -> None:
        for process in self._running.values():
            process.ask_to_stop()
        for process in self._running.values():
            process.wait_until_stopped()

    def _process(self, kind: str, release: Release) -> Process:
        log = self.logs / f"{kind}.log"
        if kind == "page":
            command, folder = ["node", "server/index.js"], release.root / "frontend"
            return Process(kind, command, folder, self.told.frontend, log, self.ports["FRONTEND_PORT"])
        told = self.told.gateway if kind == "gateway" else self.told.mcp_server
        command = [str(release.python(kind)), "-m", kind]
        return Process(kind, command, release.root, told, log, self.ports[f"{kind.upper()}_PORT"])


@contextmanager
def running_product(owner_url: str, **settings: str) -> Iterator[Product]:
    """Run this release on a database, with its own schema; with other settings than follow from one machine."""
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        keys, ports = kept_keys(folder / "keys.json", python_of("gateway"), ROOT), {name: free_port() for name in PORTS}
        system = {name: os.environ[name] for name in SYSTEM if name in os.environ}
        told = environments(system | settings, keys, ports, owner_url)
        migrate(told, folder)
        product = Product(told, ports, folder)
        running.callback(product.stop)
        product.put(("page", "mcp_server", "gateway"), THIS)
        yield product
