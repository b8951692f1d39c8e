"""What the gateway must be told (``GATEWAY_…`` and the model's own names), checked once, all problems at a time."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, StringConstraints, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.weak_secrets import weakness
from shared.logs import LogFormat

PREFIX = "GATEWAY_"
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+\S*$")]
Origin = Annotated[
    str, StringConstraints(pattern=r"^(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$")
]
Preview = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,60}/[a-z0-9][a-z0-9-]{0,60}$")]
Name = Annotated[str, StringConstraints(min_length=1)]

NEEDED = {
    "jwks": "where the sign-in service's keys are, such as http://127.0.0.1:3000/api/auth/jwks",
    "hs256": "48 random bytes, as `openssl rand -base64 48` prints them",
}
"""What each way of verifying tokens must be told."""


class Settings(BaseSettings):
    """Every setting of the process, each with what to write; ``specs/001-first-light/contracts/environment.md``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, validate_default=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535, description="a port from 1 to 65535")
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535, description="a port from 1 to 65535, or nothing")
    log_format: LogFormat = Field(default="json", description="json or text")
    # The OpenTelemetry SDK reads these and all its other names itself; here they say whether it is loaded.
    otlp_endpoint: HttpUrl | None = Field(
        default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT", description="a collector's address, or nothing"
    )
    otlp_traces_endpoint: HttpUrl | None = Field(
        default=None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", description="where traces go, or nothing"
    )

    environment: Literal["development", "production"] = Field(
        default="development", description="development or production"
    )
    auth_mode: Literal["jwks", "hs256"] = Field(default="jwks", description="jwks or hs256")
    jwt_issuer: Name = Field(description="the sign-in service's issuer, such as http://localhost:3000/api/auth")
    jwt_audience: Name = Field(description="the same name as the page's GATEWAY_JWT_AUDIENCE, such as remit-gateway")
    jwks_url: HttpUrl | None = Field(default=None, description=NEEDED["jwks"])
    # Read only to be refused: this secret also encrypts the sign-in service's signing keys.
    better_auth_secret: SecretStr | None = Field(default=None, validation_alias="BETTER_AUTH_SECRET")
    hs256_secret: SecretStr | None = None
    hs256_previous_secret: SecretStr | None = None
    user_id_claims: Annotated[tuple[Name, ...], NoDecode] = Field(
        default=("sub",), description='claims as a JSON list, such as ["sub"]'
    )

    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = Field(
        min_length=1,
        description='the page\'s origin in a JSON list, without a final slash, such as ["https://remit.example"];'
        " http is for localhost alone",
    )
    cors_preview: Preview | None = Field(
        default=None, description="one Vercel project and its account, such as remit/my-team, or nothing"
    )
    cors_credentials: bool = Field(default=False, description="true or false")

    mcp_url: HttpUrl = Field(description="where the MCP server is reached, such as http://127.0.0.1:8001/gateway")
    mcp_audience: HttpUrl = Field(
        description="the MCP server's MCP_SERVER_PUBLIC_URL and /gateway, such as http://localhost:8001/gateway"
    )
    assertion_issuer: Name = Field(
        default="remit-gateway", description="the same name as the MCP server's MCP_SERVER_GATEWAY_ISSUER"
    )
    assertion_key: SecretStr = Field(
        description="an Ed25519 private key as PKCS#8 PEM; `python -m gateway new-key` makes one"
    )
    assertion_key_id: Name = Field(description="the `kid` under which the MCP server lists the key's public half")

    turns_at_once: int = Field(default=64, ge=1, le=10_000, description="a whole number from 1 to 10000, of answers")
    requests_per_second: float = Field(
        default=20, gt=0, allow_inf_nan=False, description="a number above 0, of a person's requests a second"
    )
    requests_at_once: int = Field(default=200, ge=1, description="a whole number above 0, of requests at once")

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: HttpUrl | None = Field(
        default=None,
        validation_alias="OPENAI_BASE_URL",
        description="the model's address, such as http://127.0.0.1:11434/v1, or nothing",
    )
    openai_model: str | None = Field(default=None, validation_alias="OPENAI_MODEL")
    openai_api: Literal["responses", "chat_completions"] = Field(
        default="responses", validation_alias="OPENAI_API", description="responses or chat_completions"
    )

    @field_validator("user_id_claims", "cors_origins", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        """Read the JSON here: pydantic-settings would end at the first list that it cannot read."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise PydanticCustomError("list", "no JSON list") from error

    @field_validator("jwks_url")
    @classmethod
    def _fits_jwks_mode(cls, value: str | None, info: ValidationInfo) -> str | None:
        _belongs_to("jwks", value, info)
        return value

    @field_validator("hs256_secret")
    @classmethod
    def _fits_hs256_mode(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _belongs_to("hs256", value, info)
        if value is not None:
            if reason := weakness(value.get_secret_value()):
                raise ValueError(f"{reason}; set {NEEDED['hs256']}")
            if value == info.data.get("better_auth_secret"):
                raise ValueError("must not be BETTER_AUTH_SECRET: whoever verifies with it could sign sessions")
        return value

    @field_validator("hs256_previous_secret")
    @classmethod
    def _is_another_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        if info.data.get("auth_mode") == "jwks":
            raise ValueError("not allowed, because GATEWAY_AUTH_MODE is jwks; one mode alone verifies tokens")
        if reason := weakness(value.get_secret_value()):
            raise ValueError(f"{reason}; set the secret of before, which must be strong too, or nothing")
        if value in (info.data.get("hs256_secret"), info.data.get("better_auth_secret")):
            raise ValueError("must be another secret than GATEWAY_HS256_SECRET and BETTER_AUTH_SECRET")
        return value

    @field_validator("user_id_claims")
    @classmethod
    def _are_chosen_for_hs256_alone(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not value:
            raise ValueError("name at least one claim")
        if info.data.get("auth_mode") == "jwks" and value != ("sub",):
            raise ValueError('only ["sub"] names the user in jwks mode')
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_public_in_production(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("environment") == "production" and not all(one.startswith("https://") for one in value):
            raise ValueError("in production every origin begins with https://")
        return value

    @field_validator("cors_preview")
    @classmethod
    def _is_for_development(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("environment") == "production":
            raise ValueError("not allowed in production: anyone may name a project so that its preview fits")
        return value

    @field_validator("assertion_key", mode="before")
    @classmethod
    def _has_its_line_breaks(cls, value: object) -> object:
        """Take a key on one line too: many hosts' forms hold no other."""
        return value.replace("\\n", "\n") if isinstance(value, str) else value

    @field_validator("assertion_key")
    @classmethod
    def _is_a_private_key(cls, value: SecretStr) -> SecretStr:
        if not _is_ed25519(value.get_secret_value()):
            raise PydanticCustomError("key", "no Ed25519 private key")
        return value

    @property
    def exports_traces(self) -> bool:
        return (self.otlp_endpoint or self.otlp_traces_endpoint) is not None

    def secrets(self) -> list[str]:
        """Return every secret that the process holds, so that its log can hide them."""
        return [value.get_secret_value() for value in vars(self).values() if isinstance(value, SecretStr)]


def read_settings() -> Settings:
    """Read the environment.

    Raises:
        SystemExit: with one line for each problem: the variable, what is wrong, what to set. No value is shown.
    """
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise SystemExit("\n".join(_lines(error))) from None


def _belongs_to(mode: str, value: object, info: ValidationInfo) -> None:
    chosen = info.data.get("auth_mode")
    if chosen == mode and value is None:
        raise ValueError(f"missing, and needed because GATEWAY_AUTH_MODE is {mode}. Set {NEEDED[mode]}")
    if chosen not in {mode, None} and value is not None:
        raise ValueError(f"not allowed, because GATEWAY_AUTH_MODE is {chosen}; one mode alone verifies tokens")


def _is_ed25519(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), password=None), Ed25519PrivateKey)
    except (TypeError, ValueError):  # it needs a password, or is no key
        return False


def _lines(error: ValidationError) -> list[str]:
    problems = cast("list[dict[str, Any]]", error.errors(include_url=False, include_input=False))
    return [_line(str(one["loc"][0]), one) for one in problems]


def _line(name: str, problem: Mapping[str, Any]) -> str:
    """Say what is wrong in our own words, where a rule of ours was broken; else what to set."""
    if problem["type"] == "value_error":
        return f"{_variable(name)}: {problem['ctx']['error']}."
    wanted = next(
        field.description for key, field in Settings.model_fields.items() if name in (key, field.validation_alias)
    )
    return f"{_variable(name)}: {'missing' if problem['type'] == 'missing' else 'not valid'}. Set {wanted}."


def _variable(name: str) -> str:
    return name if name.isupper() else PREFIX + name.upper()
