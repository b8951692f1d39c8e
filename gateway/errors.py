"""What a client is told when something goes wrong: the only table from error codes to HTTP status codes."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.errors import ErrorCode, ProductError

STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID: 422,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.NOT_PERMITTED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.WRONG_TASK: 409,
    ErrorCode.CONFLICT: 409,
    ErrorCode.TURN_IN_PROGRESS: 409,
    ErrorCode.LEASE_LOST: 409,
    ErrorCode.NEEDS_CONFIRMATION: 409,
    ErrorCode.DECLINED: 409,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.INTERNAL: 500,
}


class Problem(BaseModel):
    """The body of every refusal and failure."""

    code: ErrorCode
    message: str


PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in sorted({*STATUS.values()})}
"""What a route may answer beside what it is for, as its schema says it."""

CODES = {404: ErrorCode.NOT_FOUND, 413: ErrorCode.TOO_LARGE}
"""What the framework itself refuses, by status; anything else it refuses is ``invalid``."""

CHALLENGE = 'Bearer error="invalid_token"'
RETRY_SECONDS = 1
NO_JSON = ProductError(ErrorCode.INVALID, "The body is not JSON.")
UNEXPECTED = ProductError(ErrorCode.INTERNAL, "Something went wrong on our side. Try again.")
LONGEST_FIELD_NAME = 100


def add_error_handlers(app: FastAPI) -> None:
    """Let every error leave as ``{code, message}``."""
    app.add_exception_handler(ProductError, _product_error)
    app.add_exception_handler(RequestValidationError, _refused_fields)
    app.add_exception_handler(HTTPException, _refused_by_the_framework)
    app.add_exception_handler(Exception, _unexpected)


def error_response(error: ProductError) -> JSONResponse:
    """Return the answer to a request that failed."""
    status = STATUS[error.code]
    headers: dict[str, str] = {}
    if error.code is ErrorCode.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = CHALLENGE
    if error.code in {ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED} or error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after or RETRY_SECONDS)
    return JSONResponse(error_body(error), status, headers)


def error_body(error: ProductError) -> dict[str, str]:
    """Return ``{code, message}``, for an answer or an event of a stream."""
    return {"code": error.code.value, "message": error.message}


def invalid_fields(error: ValidationError | RequestValidationError) -> ProductError:
    """Name the fields that were refused and why, without what was sent in them."""
    problems = cast("Iterable[Mapping[str, Any]]", error.errors())
    return ProductError(ErrorCode.INVALID, "; ".join(dict.fromkeys(map(_sentence, problems))))


def _sentence(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "json_invalid":
        return NO_JSON.message
    field = ".".join(str(part) for part in problem["loc"] if part != "body")
    return f"{field[:LONGEST_FIELD_NAME] or 'body'}: {problem['msg']}"


async def _product_error(_: Request, error: Exception) -> Response:
    return error_response(cast("ProductError", error))


async def _refused_fields(_: Request, error: Exception) -> Response:
    return error_response(invalid_fields(cast("RequestValidationError", error)))


async def _refused_by_the_framework(_: Request, error: Exception) -> Response:
    refused = cast("HTTPException", error)
    if refused.status_code == HTTPStatus.BAD_REQUEST:  # only a body that it could not read
        return error_response(NO_JSON)
    code = CODES.get(refused.status_code, ErrorCode.INVALID)
    body = {"code": code.value, "message": f"{HTTPStatus(refused.status_code).phrase}."}
    return JSONResponse(body, refused.status_code, refused.headers)


async def _unexpected(_: Request, __: Exception) -> Response:
    """Reveal nothing; the framework raises the error on, so that the server's log has it."""
    return error_response(UNEXPECTED)
