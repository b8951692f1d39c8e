"""The web server around the sign-in service: headers, files, limits, faults and a quick end."""

import re
import secrets
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.frontend.sign_in import Account, SignIn, migrate, run, sign_in
from tests.services import free_port

REQUIRED = (
    "BETTER_AUTH_URL",
    "BETTER_AUTH_SECRET",
    "AUTH_DATABASE_URL",
    "GATEWAY_PUBLIC_URL",
    "GATEWAY_JWT_AUDIENCE",
    "MCP_PUBLIC_URL",
)


def policy(service: SignIn) -> dict[str, list[str]]:
    header = service.get("/").headers["content-security-policy"]
    return {name: sources for name, *sources in (part.split() for part in header.split(";"))}


def test_the_page_may_run_its_own_scripts_alone_and_talk_to_the_gateway(service: SignIn) -> None:
    rules = policy(service)

    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert rules["connect-src"] == ["'self'", "http://localhost:8000"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in service.get("/").headers["content-security-policy"]


@pytest.mark.requirement("001/FR-053")
def test_the_official_script_is_allowed_only_where_it_is_configured(told: dict[str, str], tmp_path: Path) -> None:
    keyed = told | {"PORT": str(free_port()), "CHATKIT_DOMAIN_KEY": "domain_pk_1"}
    with sign_in(keyed, tmp_path / "log") as service:
        rules = policy(service)
        assert rules["script-src"] == ["'self'", "https://cdn.platform.openai.com"]
        assert rules["frame-src"] == ["https://cdn.platform.openai.com"]
        assert service.get("/config.json").json()["chatkitDomainKey"] == "domain_pk_1"


def test_the_page_is_looked_for_each_time_and_its_parts_are_kept_for_ever(service: SignIn) -> None:
    page = service.get("/")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script is not None

    part = service.get(script[1], headers={"Accept-Encoding": "gzip"})

    assert page.headers["cache-control"] == "no-cache"
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert part.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up", "/consent?client_id=x", "/no-such-page"])
def test_routes_of_the_page_are_answered_with_the_page(service: SignIn, path: str) -> None:
    answer = service.get(path)

    assert answer.status_code == 200
    assert '<div id="root">' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/auth/nothing",
        "/.well-known/nothing",
        "/.well-known/oauth-authorization-server",
        "/assets/nothing.js",
        "/nothing.png",
        "/..%2fserver/index.js",
    ],
)
def test_what_is_not_there_is_never_answered_with_the_page(service: SignIn, path: str) -> None:
    """An MCP client that finds HTML at a discovery address gives up instead of looking on."""
    answer = service.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_discovery_is_answered_where_clients_look(service: SignIn) -> None:
    for path in ("/.well-known/oauth-authorization-server/api/auth", "/api/auth/.well-known/openid-configuration"):
        assert service.get(path).json()["issuer"] == f"{service.origin}/api/auth"


def test_a_large_body_is_refused(service: SignIn) -> None:
    answer = service.post("/api/auth/sign-in/email", {"email": "a" * 70_000, "password": "x"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_what_the_page_is_told_holds_no_secret(service: SignIn, told: dict[str, str]) -> None:
    config = service.get("/config.json").json()

    assert config == {
        "publicUrl": told["BETTER_AUTH_URL"],
        "gatewayUrl": told["GATEWAY_PUBLIC_URL"],
        "mcpUrl": told["MCP_PUBLIC_URL"],
        "chatkitDomainKey": "",
    }


@pytest.mark.requirement("001/FR-057")
@pytest.mark.requirement("003/FR-050")
def test_every_missing_setting_is_named_in_the_log_and_in_the_page(tmp_path: Path) -> None:
    with sign_in({"HOST": "127.0.0.1", "PORT": str(free_port())}, tmp_path / "log") as service:
        page = service.get("/")
        ready = service.get("/readyz")

    assert page.status_code == ready.status_code == 503
    for name in REQUIRED:
        assert name in page.text
        assert name in ready.json()["message"]
        assert name in (tmp_path / "log").read_text()


WRONG = [
    ("BETTER_AUTH_SECRET", "short-secret-value"),
    ("BETTER_AUTH_SECRETS", "2:short-secret-value"),
    ("BETTER_AUTH_URL", "http://remit.example"),
    ("BETTER_AUTH_URL", "https://remit.example/path"),
    ("AUTH_DATABASE_URL", "postgresql://host-without-login/name"),
    ("GATEWAY_PUBLIC_URL", "gateway.example"),
    ("GATEWAY_JWT_AUDIENCE", "http://localhost:8001/mcp"),
    ("MCP_PUBLIC_URL", "http://mcp.example/mcp"),
    ("CLIENT_ADDRESS_HEADER", "x real ip"),
]


@pytest.mark.requirement("001/FR-057")
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_without_its_value(told: dict[str, str], name: str, value: str) -> None:
    done = run("server/checkEnv.js", told | {name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} ")
    assert value not in done.stderr


@pytest.mark.requirement("001/FR-057")
def test_wrong_settings_are_named_in_the_page_and_the_log_without_their_values(
    told: dict[str, str], tmp_path: Path
) -> None:
    wrong = {name: value for name, value in WRONG if name != "GATEWAY_JWT_AUDIENCE"}  # wrong beside a good one alone
    with sign_in(told | {"PORT": str(free_port())} | wrong, tmp_path / "log") as service:
        shown = [service.get("/").text, service.get("/readyz").text, (tmp_path / "log").read_text()]

    for name, value in wrong.items():
        assert all(name in text and value not in text for text in shown)


@pytest.mark.requirement("001/FR-057")
def test_a_migration_with_wrong_settings_says_so_in_one_line(told: dict[str, str]) -> None:
    done = migrate(told | {"BETTER_AUTH_SECRET": "short", "GATEWAY_PUBLIC_URL": ""})

    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "BETTER_AUTH_SECRET is wrong." in done.stderr
    assert "GATEWAY_PUBLIC_URL is missing." in done.stderr


@pytest.mark.requirement("003/FR-041")
def test_guessing_passwords_is_slowed_down_whatever_address_is_claimed(told: dict[str, str], tmp_path: Path) -> None:
    public = told | {"PORT": str(free_port()), "BETTER_AUTH_URL": "https://remit.example"}
    body = {"email": "ada@example.com", "password": "wrong horse"}
    with sign_in(public, tmp_path / "log") as service:
        claims = [{"X-Forwarded-For": f"203.0.113.{n}", "X-Remit-Client-Address": f"203.0.113.{n}"} for n in range(4)]
        answers = [service.post("/api/auth/sign-in/email", body, **claim) for claim in claims]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 10


def test_behind_a_proxy_each_client_has_a_limit_of_its_own(told: dict[str, str], tmp_path: Path) -> None:
    public = {"BETTER_AUTH_URL": "https://remit.example", "CLIENT_ADDRESS_HEADER": "x-real-ip"}
    body = {"email": "ada@example.com", "password": "wrong horse"}
    with sign_in(told | public | {"PORT": str(free_port())}, tmp_path / "log") as service:
        statuses = [
            service.post("/api/auth/sign-in/email", body, **{"X-Real-IP": f"198.51.100.{n % 2}"}).status_code
            for n in range(8)
        ]

    assert statuses == [401] * 6 + [429] * 2


def test_sign_in_over_https_sets_a_secure_cookie_and_demands_https(told: dict[str, str], tmp_path: Path) -> None:
    public = told | {"PORT": str(free_port()), "BETTER_AUTH_URL": "https://remit.example"}
    body = {"name": "Ada", "email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse"}
    with sign_in(public, tmp_path / "log") as service:
        answer = service.post("/api/auth/sign-up/email", body)

    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_an_open_connection_does_not_hold_up_the_end(told: dict[str, str], tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    with sign_in(told | {"PORT": str(port)}, tmp_path / "log") as service, socket.socket() as kept:
        kept.connect(("127.0.0.1", port))
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in kept.recv(65536)

        started = time.monotonic()
        service.process.send_signal(how)
        assert service.process.wait(5) == 0
        assert time.monotonic() - started < 1.5


def test_a_taken_port_ends_the_start_with_one_line(service: SignIn, told: dict[str, str]) -> None:
    done = run("server/index.js", told)

    assert done.returncode == 1
    assert "EADDRINUSE" in done.stderr
    assert done.stderr.count("\n") == 1
    assert service.get("/healthz").status_code == 200


def test_no_secret_is_written_to_the_log(service: SignIn, told: dict[str, str], account: Account) -> None:
    token = account.token()

    log = service.log.read_text()

    for secret in (told["BETTER_AUTH_SECRET"], told["AUTH_DATABASE_URL"], account.password, account.email, token):
        assert secret not in log


@pytest.mark.requirement("003/FR-051")
def test_a_check_says_the_same_as_the_service_without_starting(told: dict[str, str]) -> None:
    good = run("server/checkEnv.js", told)
    bad = run("server/checkEnv.js", told | {"BETTER_AUTH_SECRET": "short", "MCP_PUBLIC_URL": "nowhere"})

    assert (good.returncode, good.stdout, good.stderr) == (0, "Every setting of the page can be used.\n", "")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert [line.split()[0] for line in bad.stderr.splitlines()] == ["BETTER_AUTH_SECRET", "MCP_PUBLIC_URL"]
    assert "short" not in bad.stderr
