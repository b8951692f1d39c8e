"""How heavy the built page is before the chat: what a phone on a slow network waits for."""

import json
import re

import pytest

from tests.frontend.weight import DIST, before_the_chat, page

LIMIT = 90_000


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
