"""Text that people and models typed: what shows nothing is removed, what PostgreSQL refuses is replaced."""

import re
import unicodedata
from typing import Any, cast

from shared.contract import Item
from shared.errors import ErrorCode, ProductError

MOST_LEVELS = 64
# Unicode's Default_Ignorable_Code_Point (and U+FFF9-FFFB): it shows nothing, but a model reads it.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
# One joiner before a letter beyond ASCII, and one emoji style, belong to the word or picture that they stand in.
_INVISIBLE = re.compile(
    f"((?<=[^{_IGNORABLE}\\s])(?:\ufe0f?[\u200c\u200d](?=[^\x00-\x7f{_IGNORABLE}])|\ufe0f))|[{_IGNORABLE}{_CONTROL}]"
)
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean_line(text: str) -> str:
    """Return one line of visible text in NFC, with single spaces."""
    return " ".join(_visible(text).split())


def clean_text(text: str) -> str:
    """Return lines of visible text in NFC; at most one empty line stands between two others."""
    lines = (" ".join(line.split()) for line in _visible(text).splitlines())
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def folded(text: str) -> str:
    """Return what a person compares: case and spacing make no difference."""
    return clean_line(text).casefold()


def storable(value: object, levels: int = MOST_LEVELS) -> Any:
    """Return JSON that PostgreSQL can keep: it refuses U+0000 and lone surrogates.

    Raises:
        ProductError: ``invalid``, for JSON that is nested deeper than ``levels``.
    """
    if not levels:
        raise ProductError(ErrorCode.INVALID, f"The data is nested deeper than {MOST_LEVELS} levels.")
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(one, levels - 1) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        members = cast("dict[str, object]", value).items()
        return {storable(name): storable(one, levels - 1) for name, one in members}
    return value


def _visible(text: str) -> str:
    return _INVISIBLE.sub(lambda match: match[1] or "", unicodedata.normalize("NFC", text))


def storable_item(item: Item) -> Item:
    return item.model_copy(update={"data": storable(item.data)})
