"""How heavy the built page is before the chat: what a phone on a slow network waits for."""

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.frontend.sign_in import FRONTEND

LIMIT = 90_000
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


@pytest.mark.requirement("005/FR-040")
def test_the_scripts_before_the_chat_are_light() -> None:
    sizes = before_the_chat(DIST)

    assert sizes, "the page loads no script: make install builds it"
    assert sum(sizes.values()) <= LIMIT, json.dumps(sizes)


@pytest.mark.requirement("005/FR-040")
def test_the_chat_element_and_what_reads_markdown_come_only_with_the_chat() -> None:
    first = before_the_chat(DIST)

    later = {script.name for script in (DIST / "assets").glob("*.js")} - first.keys()

    assert any(name.startswith("chatkit-element") for name in later)


@pytest.mark.requirement("005/FR-041")
def test_nothing_of_the_page_is_inline() -> None:
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page(DIST)) == []
