"""What a model pays for the listing of the people's door, in every conversation."""

import json
from typing import Any

import bpe_openai

from tests.services import ROOT

PRICED = ROOT / "specs" / "002-task-tools" / "contracts" / "listing.json"
"""Instructions and tools, as the running server tells them; a test holds it against that."""
MOST_TOKENS = 1_500


def price(listing: dict[str, Any]) -> int:
    """Return its o200k tokens."""
    tools = json.dumps(listing["tools"], ensure_ascii=False, separators=(",", ":"))
    encoding = bpe_openai.get_encoding("o200k_base")
    return len(encoding.encode(tools)) + len(encoding.encode(listing["instructions"]))
