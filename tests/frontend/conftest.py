"""One sign-in service a session, on the database that the product's own tables are in too."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.frontend.sign_in import Account, SignIn, migrate, settings, sign_in
from tests.services import free_port


@pytest.fixture(scope="session")
def auth_url(owner_url: str) -> str:
    """The sign-in role's connection; usable once ``told`` has migrated."""
    address = urlsplit(owner_url).netloc.rsplit("@", 1)[1]
    return f"postgresql://remit_auth:{secrets.token_urlsafe(24)}@{address}/postgres"


@pytest.fixture(scope="session")
def told(owner_url: str, auth_url: str) -> dict[str, str]:
    """Whole settings of a migrated service."""
    environment = settings(owner_url, auth_url, free_port())
    done = migrate(environment)
    assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture(scope="session")
def service(told: dict[str, str], logs: Path) -> Iterator[SignIn]:
    with sign_in(told, logs / "sign-in.log") as running:
        yield running


@pytest.fixture
def account(service: SignIn) -> Iterator[Account]:
    with Account(service) as signed_up:
        yield signed_up
