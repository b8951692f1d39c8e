"""The composition root: database, services, keys, the two doors and health."""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mcp.server.auth.routes import create_protected_resource_routes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from mcp_server.caller import Door
from mcp_server.db.session import Database, UnsafeRoleError
from mcp_server.doors import PATHS, PEOPLES_SCOPES, Frame, door_app, door_server, sign_in
from mcp_server.prompts import add_prompts
from mcp_server.resources import add_resources, completer
from mcp_server.server import Admit, DoorServer, reader
from mcp_server.services.admission import AdmissionService, TurnLimits
from mcp_server.services.changes import ChangeService
from mcp_server.services.conversations import ConversationService
from mcp_server.services.deletion import DeletionService
from mcp_server.services.lookups import LookupService
from mcp_server.services.people import PersonService
from mcp_server.services.starting import StartService
from mcp_server.services.tasks import TaskService
from mcp_server.services.turns import TurnService
from mcp_server.services.writing import Writer
from mcp_server.settings import DataSettings, Settings
from mcp_server.telemetry import REQUESTS
from mcp_server.tools import Services, catalogue
from shared.contract import ACCESS_TOKEN_TYPE, ASSERTION_TYPE
from shared.errors import ProductError
from shared.identity import TokenRules, Verifier
from shared.keys import PublishedKeys, StaticKeys, load_key_set
from shared.observing import Observed
from shared.signatures import REMEMBERED_TOKENS

log = logging.getLogger(__name__)

ASSERTION_SECONDS = 60
ASSERTION_LEEWAY_SECONDS = 5


@dataclass(frozen=True)
class Product:
    """The running parts that the process needs to know; ``asgi`` is what is served: ``app``, observed."""

    app: Starlette
    asgi: ASGIApp
    database: Database


def compose(settings: Settings) -> Product:
    """Put everything together; nothing is connected before the application starts."""
    database = Database(settings.database_url.get_secret_value(), pooled=settings.database_pooled)
    keys = PublishedKeys(settings.auth_jwks_url)
    frame = Frame(
        public_url=settings.public_url,
        allowed_hosts=[urlsplit(settings.public_url).netloc, *settings.allowed_hosts],
        allowed_origins=settings.allowed_origins,
    )
    key = settings.request_state_key.get_secret_value()
    verifier = people_verifier(settings, keys)
    people = people_server(
        database, settings, key, **sign_in(Door.PEOPLE, frame, issuer=settings.auth_issuer, verifier=verifier)
    )
    offers, admit = catalogue(_services(database, settings)), _admission(database, settings)
    # Nobody signs in at the gateway's door; the SDK asks for the address of an issuer all the same.
    by_assertion = sign_in(Door.GATEWAY, frame, issuer=settings.public_url, verifier=gateway_verifier(settings))
    gateway = door_server(Door.GATEWAY, offers, request_state_key=key, admit=admit, **by_assertion)
    app = Starlette(
        routes=[
            Route("/healthz", _alive),
            Route("/readyz", _readiness(database, keys)),
            *_resource_metadata(people),
            Route(PATHS[Door.PEOPLE], door_app(people, Door.PEOPLE, frame)),
            Route(PATHS[Door.GATEWAY], door_app(gateway, Door.GATEWAY, frame)),
        ],
        lifespan=_lifespan(database, keys, (people, gateway)),
    )
    app.router.redirect_slashes = False  # it would send a token to whatever host the request named
    return Product(app, Observed(app, REQUESTS), database)


def people_server(database: Database, settings: DataSettings, request_state_key: str, **sign_in: Any) -> DoorServer:
    """Build the people's server, with what it offers beside tools."""
    offers, admit = catalogue(_services(database, settings)), _admission(database, settings)
    people = door_server(Door.PEOPLE, offers, request_state_key=request_state_key, admit=admit, **sign_in)
    lookups = LookupService(database, TaskService(database))
    add_resources(people, lookups, reader(admit))
    add_prompts(people, lookups, reader(admit))
    people.complete_with(completer(lookups, reader(admit)))
    return people


def _admission(database: Database, settings: DataSettings) -> Admit:
    return AdmissionService(database, settings.tool_calls_per_second, settings.tool_calls_at_once).admit


def _services(database: Database, settings: DataSettings) -> Services:
    writer = Writer(database)
    limits = TurnLimits(settings.turns_per_minute, settings.turns_at_once, settings.turns_running)
    return Services(
        TaskService(database),
        writer,
        DeletionService(database, writer),
        ChangeService(database),
        ConversationService(database),
        StartService(database, limits),
        TurnService(database),
        PersonService(database),
    )


async def refuse_unsafe_role(database: Database) -> None:
    """End the process when its role could see everyone's rows; a database that is away is asked again later.

    Raises:
        SystemExit: with what to do.
    """
    try:
        await database.check_role()
    except UnsafeRoleError as error:
        raise SystemExit(f"MCP_SERVER_DATABASE_URL: {error}.") from error
    except ProductError:
        log.warning("the database cannot be reached yet; nothing is served before its role is proved")
    finally:
        await database.close()


def people_verifier(settings: Settings, keys: PublishedKeys) -> Verifier:
    """Accept OAuth access tokens (RFC 9068) of the sign-in service for the people's door."""
    audience = settings.public_url + PATHS[Door.PEOPLE]
    rules = TokenRules("EdDSA", settings.auth_issuer, audience, types=frozenset({ACCESS_TOKEN_TYPE}))
    return Verifier(rules, keys, remembers=REMEMBERED_TOKENS)


def gateway_verifier(settings: Settings) -> Verifier:
    """Accept the gateway's on-behalf-of assertions for its own door."""
    rules = TokenRules(
        "EdDSA",
        settings.gateway_issuer,
        settings.public_url + PATHS[Door.GATEWAY],
        types=frozenset({ASSERTION_TYPE}),
        max_lifetime=ASSERTION_SECONDS,
        leeway=ASSERTION_LEEWAY_SECONDS,
        single_audience=True,
    )
    return Verifier(rules, StaticKeys(load_key_set(json.loads(settings.gateway_public_keys), "EdDSA")))


def _resource_metadata(people: DoorServer) -> list[Route]:
    """Serve RFC 9728 metadata with every scope; the SDK's own would name only the one that each token must have."""
    auth = people.settings.auth
    assert auth is not None
    assert auth.resource_server_url is not None
    return create_protected_resource_routes(
        auth.resource_server_url, [auth.issuer_url], scopes_supported=list(PEOPLES_SCOPES), resource_name="Remit"
    )


def _lifespan(
    database: Database, keys: PublishedKeys, servers: tuple[DoorServer, ...]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with AsyncExitStack() as running:
            running.push_async_callback(database.close)
            await running.enter_async_context(keys.running())
            for server in servers:
                await running.enter_async_context(server.session_manager.run())
            yield

    return lifespan


async def _alive(_: Request) -> JSONResponse:
    return JSONResponse({"ok": True})


def _readiness(database: Database, keys: PublishedKeys) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def ready(_: Request) -> JSONResponse:
        """Green while the database serves; absent sign-in keys close the people's door alone, and are only told."""
        is_ready = await database.is_ready()
        return JSONResponse({"database": is_ready, "sign_in_keys": keys.is_ready}, 200 if is_ready else 503)

    return ready
