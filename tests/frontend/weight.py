"""What the built page loads before the chat."""

import gzip
import re
from pathlib import Path

from tests.frontend.sign_in import FRONTEND

DIST = FRONTEND / "dist"
IMPORT = re.compile(r"""(?:from|import)\s*["'](\./[^"']+\.js)["']""")


def before_the_chat(dist: Path) -> dict[str, int]:
    """Give each script that the page loads at once, and what that one imports, with its size in gzip."""
    waiting = [dist / path.lstrip("/") for path in re.findall(r'(?:src|href)="(/assets/[^"]+\.js)"', page(dist))]
    sizes: dict[str, int] = {}
    while waiting:
        script = waiting.pop()
        if script.name not in sizes:
            text = script.read_text(encoding="utf-8")
            sizes[script.name] = len(gzip.compress(text.encode()))
            waiting += [script.parent / name for name in IMPORT.findall(text)]
    return sizes


def page(dist: Path) -> str:
    return (dist / "index.html").read_text(encoding="utf-8")
