"""What a tool answers on the wire: the structured content, the same as text, or an error with its code."""

import re

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, ValidationError

from shared.errors import ERROR_META_KEY, ErrorCode, ProductError

MOST_FAULTS = 10
_FAULTS = {"missing": "is missing", "extra_forbidden": "is unknown"}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.]{1,64}")


def result_of(answer: BaseModel, *, as_text: bool) -> CallToolResult:
    """Return an answer, once more as text where a model may read it; fields without a value are left out."""
    content = answer.model_dump(mode="json", exclude_none=True)
    text = [TextContent(text=answer.model_dump_json(exclude_none=True))] if as_text else []
    return CallToolResult(content=[*text], structured_content=content)


def result_of_error(error: ProductError) -> CallToolResult:
    """Return an error: a sentence for a model, and its code in ``_meta`` for a program."""
    text = f"{error.code.value}: {error.message}"
    return CallToolResult(content=[TextContent(text=text)], is_error=True, _meta={ERROR_META_KEY: error.to_wire()})


def bad_arguments(error: ValidationError) -> ProductError:
    """Name the arguments that were refused; their values are the caller's, and are not repeated."""
    faults = {
        (_name(one["loc"]), _FAULTS.get(one["type"], "has a value that it cannot have"))
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    }
    told = "; ".join(f"{name} {fault}" for name, fault in sorted(faults)[:MOST_FAULTS])
    return ProductError(ErrorCode.INVALID, f"{told}.")


def _name(location: tuple[int | str, ...]) -> str:
    """Return where a fault is; an unknown argument's name is the caller's text, and is repeated only when plain."""
    name = ".".join(map(str, location))
    return name if _PLAIN_NAME.fullmatch(name) else "An argument"
