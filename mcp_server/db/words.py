"""Whether a text holds words that somebody looks for, whatever their case."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, all_, any_
from sqlalchemy.dialects.postgresql import ARRAY

from mcp_server.db.statements import value

_WORDS = value("words", ARRAY(Text))
_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\%_"})


def holds_all(text: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a text holds every one of ``words``."""
    return text.ilike(all_(_WORDS))


def holds_any(text: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a text holds one of ``words``."""
    return text.ilike(any_(_WORDS))


def patterns(words: Iterable[str]) -> list[str]:
    """Return the value of ``words``."""
    return [f"%{word.translate(_ESCAPED)}%" for word in words]
