"""What the MCP server must be told (``MCP_SERVER_…``), checked once, all problems at a time."""

import json
from typing import Any, cast

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.keys import KeyRefusedError, load_key_set

SHORTEST_KEY = 32


class Settings(BaseSettings):
    """Every setting of the process; see ``specs/001-first-light/contracts/environment.md``."""

    model_config = SettingsConfigDict(env_prefix="MCP_SERVER_", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=1, le=65_535)
    database_url: SecretStr
    public_url: str = Field(pattern=r"^https?://[^/]+$")
    auth_issuer: str = Field(pattern=r"^https?://.+$")
    auth_jwks_url: str = Field(pattern=r"^https?://.+$")
    gateway_issuer: str = "remit-gateway"
    gateway_public_keys: str
    allowed_hosts: list[str] = Field(min_length=1)
    allowed_origins: list[str] = []
    request_state_key: SecretStr = Field(min_length=SHORTEST_KEY)

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("write postgresql://role:password@host:5432/name")
        return value

    @field_validator("gateway_public_keys")
    @classmethod
    def _holds_public_keys(cls, value: str) -> str:
        try:
            keys = load_key_set(json.loads(value), "EdDSA")
        except (ValueError, KeyRefusedError) as error:
            raise ValueError(f"write a JWKS of one or two public Ed25519 keys ({error})") from error
        if not keys:
            raise ValueError("write a JWKS with at least one public Ed25519 key")
        return value

    @property
    def people_url(self) -> str:
        """The people's door, and the audience of their access tokens."""
        return f"{self.public_url}/mcp"

    @property
    def gateway_url(self) -> str:
        """The gateway's door, and the audience of its assertions."""
        return f"{self.public_url}/gateway"


def read_settings() -> Settings:
    """Read the environment.

    Raises:
        SystemExit: with one line for each problem: the variable, what is wrong, what to set. No value is shown.
    """
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise SystemExit("\n".join(_lines(error))) from None


def _lines(error: ValidationError) -> list[str]:
    problems = cast("list[dict[str, Any]]", error.errors(include_url=False, include_input=False, include_context=False))
    return [f"MCP_SERVER_{str(one['loc'][0]).upper()}: {one['msg']}" for one in problems]
