"""The composition root: verifier, MCP client, assistant, turns, routes, health."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TypeAlias

from agents import Model
from agents.models.default_models import get_default_model
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from httpx2 import AsyncClient
from openai import DefaultAioHttpClient
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from gateway.admission import Pace
from gateway.agent import Assistant, choose_model
from gateway.agent_tools import AgentTools
from gateway.assertion import AssertionSigner
from gateway.auth import EitherSecret
from gateway.chat import chat_routes
from gateway.chat_bodies import AssistantKind
from gateway.chatkit_server import chatkit_routes
from gateway.cors import with_cors
from gateway.errors import add_error_handlers
from gateway.mcp_client import McpClient
from gateway.people import person_routes
from gateway.room import Room
from gateway.running import Runner
from gateway.settings import Settings
from gateway.tasks import task_routes
from gateway.telemetry import REQUESTS
from gateway.turns import Turns
from shared.identity import TokenRules, Verifier
from shared.keys import KeysUnavailableError, PublishedKeys, SecretKey
from shared.observing import Observed
from shared.signatures import REMEMBERED_TOKENS

Keys: TypeAlias = PublishedKeys | SecretKey
NO_OTHER_TELEMETRY: TelemetryConfig = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}
"""FastAPI's own would export what an exception says, and paths as they were sent."""


@dataclass(frozen=True)
class Gateway:
    """The application; ``asgi`` is what is served: ``app`` with everything around it."""

    app: FastAPI
    asgi: ASGIApp
    turns: Turns


def create_gateway(settings: Settings, model: Model | None = None) -> Gateway:
    """Build the gateway. Nothing is contacted before it starts to serve."""
    keys = _keys(settings)
    signer = AssertionSigner(
        settings.assertion_key.get_secret_value(),
        settings.assertion_key_id,
        settings.assertion_issuer,
        settings.mcp_audience,
    )
    client = McpClient(settings.mcp_url, signer)
    http = DefaultAioHttpClient()  # to the model
    runner = Runner(client, Assistant(model or _model(settings, http), AgentTools(client)))
    room = Room(settings.turns_at_once)
    turns = Turns(client, runner, room)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with (
            keys.running() if isinstance(keys, PublishedKeys) else nullcontext(),
            client.open(),
            room.measured(turns.count),
            http,
        ):
            yield
            await turns.drain()

    app = FastAPI(
        title="Remit", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, telemetry=NO_OTHER_TELEMETRY
    )
    app.router.redirect_slashes = False  # it would send a token to whatever host the request named
    app.state.verifier = _verifier(settings, keys)
    app.state.pace = Pace(settings.requests_per_second, settings.requests_at_once)
    add_error_handlers(app)
    _add_health(app, keys, client, turns)
    app.include_router(chat_routes(client, turns, _assistant_kind(settings)))
    app.include_router(chatkit_routes(client, turns))
    app.include_router(task_routes(client))
    app.include_router(person_routes(client))
    asgi = with_cors(app, settings.cors_origins, preview=settings.cors_preview, credentials=settings.cors_credentials)
    return Gateway(app, Observed(asgi, REQUESTS), turns)


def _add_health(app: FastAPI, keys: Keys, client: McpClient, turns: Turns) -> None:
    """Add ``/healthz``, and ``/readyz``: red while a message could not be taken and answered."""

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"ok": True})

    @app.get("/readyz", responses={503: {"description": "What is false is missing."}})
    async def readyz() -> JSONResponse:
        parts = {
            "sign_in_keys": await _are_ready(keys),
            "mcp_server": await client.is_reachable(),
            "takes_messages": not turns.is_leaving,
        }
        return JSONResponse(parts, 200 if all(parts.values()) else 503)


async def _are_ready(keys: Keys) -> bool:
    """Tell whether tokens can be checked; where they cannot, the keys are asked for again, as often as is allowed."""
    if not isinstance(keys, PublishedKeys) or keys.is_ready:
        return True
    with suppress(KeysUnavailableError):
        await keys.get(None)
    return keys.is_ready


def _rules(settings: Settings) -> TokenRules:
    return TokenRules(
        algorithm="EdDSA" if settings.auth_mode == "jwks" else "HS256",
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        id_claims=settings.user_id_claims,
    )


def _verifier(settings: Settings, keys: Keys) -> Verifier | EitherSecret:
    current = Verifier(_rules(settings), keys, remembers=REMEMBERED_TOKENS)
    if settings.hs256_previous_secret is None:
        return current
    previous = SecretKey(settings.hs256_previous_secret.get_secret_value().encode())
    return EitherSecret(current, Verifier(_rules(settings), previous))


def _keys(settings: Settings) -> Keys:
    if settings.jwks_url is not None:
        return PublishedKeys(settings.jwks_url)
    assert settings.hs256_secret is not None
    return SecretKey(settings.hs256_secret.get_secret_value().encode())


def _model(settings: Settings, http: AsyncClient) -> Model:
    key = settings.openai_api_key
    return choose_model(
        http,
        key=None if key is None else key.get_secret_value(),
        base_url=settings.openai_base_url,
        name=settings.openai_model,
        api=settings.openai_api,
    )


def _assistant_kind(settings: Settings) -> AssistantKind:
    is_offline = settings.openai_api_key is None and settings.openai_base_url is None
    return AssistantKind(offline=is_offline, model=None if is_offline else settings.openai_model or get_default_model())
