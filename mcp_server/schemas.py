"""Input schemas as small as a model can use: strict, flat, and without what only repeats a name."""

from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_EMPTY: tuple[Any, ...] = ("", [], False, None)


def forbid_unknown(arguments: type[BaseModel]) -> None:
    """Make a tool's arguments refuse what it did not declare; the SDK's own models ignore it."""
    arguments.model_config = {**arguments.model_config, "extra": "forbid"}
    arguments.model_rebuild(force=True)


def input_schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments; some clients follow no ``$ref``, so it has none."""
    schema = arguments.model_json_schema(schema_generator=_Compact)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    return cast("dict[str, Any]", _inlined(schema, definitions))


class _Compact(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no field needs one
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        made.pop("description", None)  # the docstring: it is for whoever reads the code
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default") in _EMPTY:  # leaving an argument out says the same
            made.pop("default", None)
        return made

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # again: leaving it out says the same


def _inlined(node: object, definitions: dict[str, Any]) -> object:
    if isinstance(node, list):
        return [_inlined(one, definitions) for one in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    members = cast("dict[str, object]", node)
    if "$ref" in members:
        return _inlined(definitions[str(members["$ref"]).rsplit("/", 1)[1]], definitions)
    return {name: _inlined(one, definitions) for name, one in members.items()}
