"""The page as a function of a serverless host: built, routed and served as `vercel.json` says."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontend.sign_in import FRONTEND, Account, SignIn, sign_in
from tests.services import free_port

LOADER = Path(__file__).parent / "serverless.mjs"
PAGE = "http://localhost:{port}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as that host has it after the build."""
    site = tmp_path_factory.mktemp("site") / "frontend"
    shutil.copytree(FRONTEND, site, ignore=shutil.ignore_patterns("node_modules", "dist*", "tests"))
    (site / "node_modules").symlink_to(FRONTEND / "node_modules")
    build = json.loads((site / "vercel.json").read_text())["buildCommand"]
    done = subprocess.run(["sh", "-c", build], cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return site


@pytest.fixture(scope="module")
def hosted(told: dict[str, str], site: Path, logs: Path) -> Iterator[SignIn]:
    port = free_port()
    here = told | {"PORT": str(port), "BETTER_AUTH_URL": PAGE.format(port=port), "SITE": str(site)}
    with sign_in(here, logs / "serverless.log", LOADER) as running:
        yield running


@pytest.mark.requirement("006/FR-011")
def test_people_sign_in_there_and_get_a_token(hosted: SignIn) -> None:
    with Account(hosted) as account:
        assert account.token()
        assert account.client.post("/api/auth/sign-out", json={}).status_code == 200
        assert account.client.get("/api/auth/token").status_code == 401
    assert hosted.get("/api/auth/jwks").json()["keys"]
    assert hosted.get("/api/auth/.well-known/openid-configuration").json()["issuer"] == f"{hosted.origin}/api/auth"


@pytest.mark.requirement("006/FR-011")
def test_the_page_keeps_its_policy_and_its_parts_come_from_the_hosts_own_cache(hosted: SignIn) -> None:
    page = hosted.get("/")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script is not None
    part = hosted.get(script[1])

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert hosted.get("/sign-in").text == page.text
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert part.headers["content-type"] == "text/javascript"
    assert hosted.get("/config.json").json()["gatewayUrl"] == "http://localhost:8000"
    assert hosted.get("/readyz").status_code == 200
    assert hosted.get("/api/nothing").headers["content-type"] == "application/json"


@pytest.mark.requirement("006/FR-011")
def test_a_preview_signs_people_in_at_the_address_of_its_branch(told: dict[str, str], site: Path, logs: Path) -> None:
    preview = {"VERCEL_ENV": "preview", "VERCEL_BRANCH_URL": "remit-git-blue-team.vercel.app"}
    here = told | {"PORT": str(free_port()), "BETTER_AUTH_URL": "", "SITE": str(site)} | preview
    with sign_in({name: value for name, value in here.items() if value}, logs / "preview.log", LOADER) as hosted:
        issuer = hosted.get("/api/auth/.well-known/openid-configuration").json()["issuer"]

    assert issuer == "https://remit-git-blue-team.vercel.app/api/auth"
