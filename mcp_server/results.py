"""What a tool answers on the wire: the structured content, the same as text, or an error with its code."""

import json

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, ValidationError

from shared.errors import ERROR_META_KEY, ErrorCode, ProductError


def result_of(answer: BaseModel) -> CallToolResult:
    """Return an answer; fields without a value are left out."""
    content = answer.model_dump(mode="json", exclude_none=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(content=[TextContent(text=text)], structured_content=content)


def result_of_error(error: ProductError) -> CallToolResult:
    """Return an error: a sentence for a model, and its code in ``_meta`` for a program."""
    text = f"{error.code.value}: {error.message}"
    return CallToolResult(content=[TextContent(text=text)], is_error=True, _meta={ERROR_META_KEY: error.to_wire()})


def bad_arguments(error: ValidationError) -> ProductError:
    """Name the arguments that were refused; their values are the caller's, and are not repeated."""
    fields = sorted({".".join(map(str, one["loc"])) for one in error.errors(include_url=False, include_input=False)})
    return ProductError(ErrorCode.INVALID, f"Missing, unknown or out of range: {', '.join(fields)}.")
