"""Whether two titles probably mean the same task."""

import re

from mcp_server.services.texts import folded

ENOUGH = 0.6
SHORTEST_WORD = 3
_WORD = re.compile(r"\w+")


def telling_words(title: str) -> set[str]:
    """Return the words by which a similar title can be found."""
    return {word for word in _words(title) if len(word) >= SHORTEST_WORD}


def are_alike(one: str, other: str) -> bool:
    """Tell whether most words of the two titles are the same."""
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) >= ENOUGH * len(ours | theirs)


def _words(title: str) -> set[str]:
    return set(_WORD.findall(folded(title)))
