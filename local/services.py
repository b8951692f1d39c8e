"""What each process is told: the settings that follow from one machine, under whatever the person set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from local.keys import Keys

MODEL_SETTINGS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API")
PAGE_SETTINGS = (
    "BETTER_AUTH_URL",
    "BETTER_AUTH_SECRET",
    "BETTER_AUTH_SECRETS",
    "AUTH_DATABASE_URL",
    "GATEWAY_PUBLIC_URL",
    "GATEWAY_JWT_AUDIENCE",
    "MCP_PUBLIC_URL",
    "CHATKIT_DOMAIN_KEY",
    "CLIENT_ADDRESS_HEADER",
)
"""All that the page reads but HOST and PORT, which programs of many kinds go by."""
SYSTEM_SETTINGS = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
GATEWAY_NAME = "remit-gateway"


@dataclass(frozen=True)
class Environments:
    """The environment of each process, and of the two migrations."""

    frontend: dict[str, str]
    gateway: dict[str, str]
    mcp_server: dict[str, str]
    migration: dict[str, str]


def environments(settings: Mapping[str, str], keys: Keys, ports: Mapping[str, int], owner_url: str) -> Environments:
    """Work out every process's settings. A process gets only what it must know: no secret of another one."""
    page = settings.get("BETTER_AUTH_URL", f"http://localhost:{ports['FRONTEND_PORT']}")
    mcp = settings.get("MCP_SERVER_PUBLIC_URL", f"http://localhost:{ports['MCP_SERVER_PORT']}")
    app_url = settings.get("MCP_SERVER_DATABASE_URL", with_login(owner_url, "remit_app", keys.app_password))
    auth_url = settings.get("AUTH_DATABASE_URL", with_login(owner_url, "remit_auth", keys.auth_password))
    system = {name: settings[name] for name in SYSTEM_SETTINGS if name in settings}
    frontend = system | _frontend(keys, ports, page, mcp, auth_url) | _chosen(settings, (), PAGE_SETTINGS)
    mcp_server = system | _mcp_server(keys, ports, page, mcp, app_url) | _chosen(settings, ("MCP_SERVER_", "OTEL_"), ())
    gateway = system | _gateway(keys, ports, page, mcp) | _chosen(settings, ("GATEWAY_", "OTEL_"), MODEL_SETTINGS)
    migration = {"DATABASE_URL": owner_url, "MCP_SERVER_DATABASE_URL": app_url}
    return Environments(frontend, gateway, mcp_server, system | migration)


def with_login(url: str, user: str, password: str) -> str:
    """Return the same database's address for another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def _chosen(settings: Mapping[str, str], prefixes: tuple[str, ...], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name in names or name.startswith(prefixes)}


def _frontend(keys: Keys, ports: Mapping[str, int], page: str, mcp: str, auth_url: str) -> dict[str, str]:
    return {
        "HOST": "127.0.0.1",
        "PORT": str(ports["FRONTEND_PORT"]),
        "BETTER_AUTH_URL": page,
        "BETTER_AUTH_SECRET": keys.better_auth_secret,
        "AUTH_DATABASE_URL": auth_url,
        "GATEWAY_PUBLIC_URL": f"http://localhost:{ports['GATEWAY_PORT']}",
        "GATEWAY_JWT_AUDIENCE": GATEWAY_NAME,
        "MCP_PUBLIC_URL": f"{mcp}/mcp",
    }


def _mcp_server(keys: Keys, ports: Mapping[str, int], page: str, mcp: str, app_url: str) -> dict[str, str]:
    port = ports["MCP_SERVER_PORT"]
    return {
        "MCP_SERVER_HOST": "127.0.0.1",
        "MCP_SERVER_PORT": str(port),
        "MCP_SERVER_DATABASE_URL": app_url,
        "MCP_SERVER_PUBLIC_URL": mcp,
        "MCP_SERVER_AUTH_ISSUER": f"{page}/api/auth",
        "MCP_SERVER_AUTH_JWKS_URL": f"http://127.0.0.1:{ports['FRONTEND_PORT']}/api/auth/jwks",
        "MCP_SERVER_GATEWAY_ISSUER": GATEWAY_NAME,
        "MCP_SERVER_GATEWAY_PUBLIC_KEYS": keys.assertion_public_keys,
        "MCP_SERVER_ALLOWED_HOSTS": json.dumps([f"localhost:{port}", f"127.0.0.1:{port}"]),
        "MCP_SERVER_ALLOWED_ORIGINS": json.dumps([page]),
        "MCP_SERVER_REQUEST_STATE_KEY": keys.request_state_key,
    }


def _gateway(keys: Keys, ports: Mapping[str, int], page: str, mcp: str) -> dict[str, str]:
    return {
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(ports["GATEWAY_PORT"]),
        "GATEWAY_AUTH_MODE": "jwks",
        "GATEWAY_JWT_ISSUER": f"{page}/api/auth",
        "GATEWAY_JWT_AUDIENCE": GATEWAY_NAME,
        "GATEWAY_JWKS_URL": f"http://127.0.0.1:{ports['FRONTEND_PORT']}/api/auth/jwks",
        "GATEWAY_CORS_ORIGINS": json.dumps([page]),
        "GATEWAY_MCP_URL": f"http://127.0.0.1:{ports['MCP_SERVER_PORT']}/gateway",
        "GATEWAY_MCP_AUDIENCE": f"{mcp}/gateway",
        "GATEWAY_ASSERTION_ISSUER": GATEWAY_NAME,
        "GATEWAY_ASSERTION_KEY": keys.assertion_key,
        "GATEWAY_ASSERTION_KEY_ID": keys.assertion_key_id,
    }
