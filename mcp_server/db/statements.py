"""Statements: built from the declared tables, compiled once, and then only given their values."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, bindparam
from sqlalchemy.dialects import registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_DIALECT = registry.load("postgresql.asyncpg")()


def value(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] | None = None) -> BindParameter[Any]:
    """Return the place of a value that is given with each execution; its type is that of what it meets."""
    return bindparam(name, type_=kind)


USER = value("user")
"""The user of a statement."""


class Statement:
    """A statement as asyncpg takes it. Building and compiling it takes a hundred times as long as sending it.

    A list of values is one value, an array: how many there are makes no other statement.
    """

    def __init__(self, built: ClauseElement) -> None:
        compiled = built.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        self._places: list[str] = compiled.positiontup or []
        self._fixed = {name: one.effective_value for one, name in compiled.bind_names.items() if not one.required}

    def placed(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of their places; it may be given more than it has places for."""
        given = {**self._fixed, **values}
        return [given[name] for name in self._places]
