"""What the MCP server must be told (``MCP_SERVER_…``), checked once, all problems at a time."""

import json
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.identity import USER_ID_PATTERN
from shared.keys import KeyRefusedError, load_key_set
from shared.logs import LogFormat

PREFIX = "MCP_SERVER_"
SHORTEST_KEY = 32


def _from_json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _is_postgresql(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    # A port that is no number raises here, too.
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or parts.port == 0:
        raise ValueError
    return value


def _holds_public_keys(value: str) -> str:
    try:
        keys = load_key_set(json.loads(value), "EdDSA")
    except KeyRefusedError as error:
        raise ValueError from error
    if not keys:
        raise ValueError
    return value


# Read here and not by the settings library, whose own failure would hide every other problem.
Names = Annotated[list[str], NoDecode, BeforeValidator(_from_json)]

PostgresUrl = Annotated[SecretStr, AfterValidator(_is_postgresql)]
OptionalUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+\S*$")] | None

Kind = TypeVar("Kind", bound=BaseSettings)


class DataSettings(BaseSettings):
    """What every way of serving must be told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    database_url: PostgresUrl = Field(
        description="the serving role's connection, postgresql://role:password@host:5432/name"
    )
    database_pooled: bool = Field(
        False, description="true behind a transaction pooler without prepared statements, else false"
    )
    tool_calls_per_second: float = Field(
        10, gt=0, allow_inf_nan=False, description="a number above 0, of tool calls a second for a person's client"
    )
    tool_calls_at_once: int = Field(
        100, ge=1, description="a whole number above 0, of tool calls that it may make at once"
    )
    turns_per_minute: float = Field(
        30, gt=0, allow_inf_nan=False, description="a number above 0, of a person's messages a minute in the web chat"
    )
    turns_at_once: int = Field(30, ge=1, description="a whole number above 0, of messages that may come at once")
    turns_running: int = Field(5, ge=1, description="a whole number above 0, of a person's answers under way")

    def secrets(self) -> list[str]:
        """Return every secret that the process holds, so that its log can hide them."""
        return [value.get_secret_value() for value in vars(self).values() if isinstance(value, SecretStr)]


class StdioSettings(DataSettings):
    """What the server of one person on one machine must be told."""

    user_id: str = Field(
        pattern=USER_ID_PATTERN,
        description="whose tasks these are: a short name, or the user_id in the file of “Download my data”",
    )


class PurgeSettings(BaseSettings):
    """What the purge must be told."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    owner_url: PostgresUrl = Field(
        validation_alias="DATABASE_URL", description="the owner's connection, as for the migrations"
    )


class Settings(DataSettings):
    """Every setting of the process, each with what to write; ``specs/001-first-light/contracts/environment.md``."""

    host: str = Field("127.0.0.1", description="an address to listen on")
    port: int = Field(8001, ge=1, le=65_535, description="a port from 1 to 65535")
    metrics_host: str = Field("127.0.0.1", description="an address to serve metrics on")
    metrics_port: int | None = Field(None, ge=1, le=65_535, description="a port from 1 to 65535, or nothing")
    log_format: LogFormat = Field("json", description="json or text")
    # The OpenTelemetry SDK reads these and all its other names itself; here they say whether it is loaded.
    otlp_endpoint: OptionalUrl = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT", description="a collector's address, or nothing"
    )
    otlp_traces_endpoint: OptionalUrl = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", description="where traces go, or nothing"
    )
    public_url: str = Field(
        pattern=r"^https?://[^/]+$", description="its own origin without a final slash, such as http://localhost:8001"
    )
    auth_issuer: str = Field(
        pattern=r"^https?://.+$", description="the sign-in service's issuer, such as http://localhost:3000/api/auth"
    )
    auth_jwks_url: str = Field(
        pattern=r"^https?://.+$", description="where its keys are, such as http://127.0.0.1:3000/api/auth/jwks"
    )
    gateway_issuer: str = Field("remit-gateway", description="the issuer of the gateway's assertions")
    gateway_public_keys: Annotated[str, AfterValidator(_holds_public_keys)] = Field(
        description="the gateway's public Ed25519 keys as a JWKS, and no private key"
    )
    allowed_hosts: Names = Field([], description='more Host headers as a JSON list, such as ["mcp-server:8001"]')
    allowed_origins: Names = Field([], description="Origin headers of browser clients as a JSON list, such as []")
    request_state_key: SecretStr = Field(
        min_length=SHORTEST_KEY, description=f"at least {SHORTEST_KEY} random characters, the same in every replica"
    )

    @property
    def exports_traces(self) -> bool:
        return (self.otlp_endpoint or self.otlp_traces_endpoint) is not None


def read_settings(kind: type[Kind]) -> Kind:
    """Read the environment.

    Raises:
        SystemExit: with one line for each problem: the variable, and what to set. No value is shown.
    """
    try:
        return kind.model_validate({})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [_line(kind, str(one["loc"][0]), str(one["type"])) for one in problems]
        raise SystemExit("\n".join(lines)) from None


def _line(kind: type[BaseSettings], field: str, fault: str) -> str:
    state = "is missing" if fault == "missing" else "is not valid"
    named = {str(one.validation_alias): name for name, one in kind.model_fields.items() if one.validation_alias}
    variable = field if field in named else PREFIX + field.upper()
    return f"{variable} {state}. Set {kind.model_fields[named.get(field, field)].description}."
