"""What must hold of any deployment; each check is a sentence and whether it is so."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx2

Check: TypeAlias = tuple[str, bool]

STRANGER = "https://stranger.example"
CALL_SECONDS = 20


@dataclass(frozen=True)
class Deployment:
    """Three public origins; ``mcp`` is that of the MCP server, without a path."""

    page: str
    gateway: str
    mcp: str
    http: httpx2.Client

    def get(self, url: str, **headers: str) -> httpx2.Response:
        return self.http.get(url, headers=headers)

    def ask(self, method: str, url: str, **headers: str) -> httpx2.Response:
        return self.http.request(method, url, headers=headers)


def health(at: Deployment) -> Iterator[Check]:
    for name, origin in (("page", at.page), ("gateway", at.gateway), ("MCP server", at.mcp)):
        for path in ("/healthz", "/readyz"):
            yield f"{name}: {path} is 200", at.get(origin + path).status_code == httpx2.codes.OK


def page(at: Deployment) -> Iterator[Check]:
    answer = at.get(at.page)
    yield "page: it is served as HTML", "text/html" in answer.headers.get("content-type", "")
    yield (
        "page: its policy allows no inline script",
        _runs_no_inline_script(answer.headers.get("content-security-policy", "")),
    )
    config = _json(at.get(f"{at.page}/config.json"))
    yield "page: it was told this gateway", config.get("gatewayUrl") == at.gateway
    yield "page: it was told this MCP server", config.get("mcpUrl") == f"{at.mcp}/mcp"


def discovery(at: Deployment) -> Iterator[Check]:
    issuer = f"{at.page}/api/auth"
    refused = at.ask("POST", f"{at.mcp}/mcp", **{"Content-Type": "application/json"})
    challenge = refused.headers.get("www-authenticate", "")
    yield "MCP server: no token is 401", refused.status_code == httpx2.codes.UNAUTHORIZED
    yield "MCP server: the challenge names the metadata", f"{at.mcp}/.well-known/oauth-protected-resource" in challenge
    resource = _json(at.get(f"{at.mcp}/.well-known/oauth-protected-resource/mcp"))
    yield "MCP server: the metadata names this address", resource.get("resource") == f"{at.mcp}/mcp"
    yield "MCP server: … and this sign-in service", issuer in resource.get("authorization_servers", [])
    server = _json(at.get(f"{issuer}/.well-known/openid-configuration"))
    yield "sign-in: its metadata names itself", server.get("issuer") == issuer
    yield "sign-in: it asks for PKCE", "S256" in server.get("code_challenge_methods_supported", [])
    keys = _json(at.get(f"{issuer}/jwks")).get("keys", [])
    yield "sign-in: its keys are there, and public", bool(keys) and not any("d" in key for key in keys)
    door = at.ask("POST", f"{at.mcp}/gateway", **{"Content-Type": "application/json"})
    yield "MCP server: the gateway's door is shut", door.status_code in {401, 403, 404}


def cross_origin(at: Deployment) -> Iterator[Check]:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
    for path in ("/api/me", f"/api/{uuid.uuid4().hex}/chatkit", "/nowhere"):
        own = at.ask("OPTIONS", at.gateway + path, Origin=at.page, **asked)
        other = at.ask("OPTIONS", at.gateway + path, Origin=STRANGER, **asked)
        error = at.get(at.gateway + path, Origin=at.page)
        yield f"gateway: the page may ask {path.split('/')[-1]}", _allowed(own) == at.page and own.is_success
        yield "gateway: … a stranger may not", not _allowed(other)
        yield "gateway: … and the page can read its errors", _allowed(error) == at.page
        yield "gateway: … which vary by origin", "origin" in error.headers.get("vary", "").lower()


def refusals(at: Deployment) -> Iterator[Check]:
    for name, headers in (("no token", {}), ("a token that is none", {"Authorization": "Bearer x.y.z"})):
        answer = at.get(f"{at.gateway}/api/me", **headers)
        body = _json(answer)
        yield f"gateway: {name} is 401", answer.status_code == httpx2.codes.UNAUTHORIZED
        yield "gateway: … with a challenge", answer.headers.get("www-authenticate", "").startswith("Bearer")
        yield "gateway: … and a code and a sentence, nothing else", body.keys() == {"code", "message"}
    for path in ("/docs", "/openapi.json", "/metrics"):
        yield f"gateway: {path} is not there", at.get(at.gateway + path).status_code == httpx2.codes.NOT_FOUND
        yield f"MCP server: {path} is not there", at.get(at.mcp + path).status_code == httpx2.codes.NOT_FOUND


CHECKS = (health, page, discovery, cross_origin, refusals)


def look_at(frontend: str, gateway: str, mcp: str) -> Iterator[Check]:
    """Yield every check; an address that cannot be reached fails the group that asked for it."""
    with httpx2.Client(timeout=CALL_SECONDS, follow_redirects=False) as http:
        at = Deployment(frontend.rstrip("/"), gateway.rstrip("/"), mcp.rstrip("/").removesuffix("/mcp"), http)
        for group in CHECKS:
            try:
                yield from group(at)
            except httpx2.TransportError as error:
                yield f"{group.__name__.replace('_', ' ')}: reached ({type(error).__name__})", False


def _runs_no_inline_script(policy: str) -> bool:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    scripts = directives.get("script-src", directives.get("default-src", "'unsafe-inline'"))
    return "unsafe-inline" not in scripts


def _allowed(answer: httpx2.Response) -> str:
    return str(answer.headers.get("access-control-allow-origin", ""))


def _json(answer: httpx2.Response) -> dict[str, Any]:
    """Return a JSON object, or an empty one for whatever else was answered."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
