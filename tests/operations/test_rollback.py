"""A real older release takes the places of this one's services, in the documented way back, and gives them up again.

Its sources lie beside this file, so that this runs in any checkout; it runs with the packages of this release.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.services import with_login
from tests.mcp_server.database import Addresses, command, own_database
from tests.operations.releases import THIS, Product, Release, kept_release, running_product
from tests.operations.rollback import WAY_BACK, Somebody, there_and_back, walk

SERVICES = [kind for kind in WAY_BACK if kind != "page"]
RENAMED = "ALTER TABLE tasks RENAME COLUMN {} TO {}"


@pytest.fixture(scope="module")
def database(owner_url: str, app_url: str) -> Iterator[Addresses]:
    with own_database(owner_url, app_url) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def product(database: Addresses) -> Iterator[Product]:
    page = with_login(database.owner, "page_of_a_rollback", secrets.token_urlsafe(24))
    with running_product(database.owner, MCP_SERVER_DATABASE_URL=database.app, AUTH_DATABASE_URL=page) as running:
        yield running


@pytest.fixture
def somebody(product: Product) -> Iterator[Somebody]:
    someone = Somebody(product.ports)
    with closing(someone.person):
        someone.go_on()
        yield someone


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Release:
    release = kept_release(tmp_path_factory.mktemp("older"))
    assert release.revision <= THIS.revision, "The kept release is newer than this one: `make release-before` again."
    return release


@pytest.mark.timeout(240)  # seven starts of a process, on a machine that may be busy
@pytest.mark.requirement("006/FR-041")
def test_somebody_goes_on_through_a_rollback_and_the_upgrade_after_it(
    product: Product, older: Release, somebody: Somebody
) -> None:
    walked = list(walk(product, somebody, there_and_back(SERVICES, older)))

    assert [(step, fault) for step, fault in walked if fault] == []
    assert len(walked) == 4


@pytest.mark.requirement("006/FR-041")
def test_a_schema_without_what_the_older_release_writes_fails_the_rollback(
    product: Product, older: Release, somebody: Somebody, database: Addresses
) -> None:
    command(database.owner, RENAMED.format("title", "heading"))
    try:
        ((_, broken),) = walk(product, somebody, [("mcp_server", older)])
        assert "add_tasks" in broken or "undo" in broken, broken
    finally:
        command(database.owner, RENAMED.format("heading", "title"))
    somebody.go_on()  # with the column under its name: nothing else was in the way


@pytest.mark.requirement("006/FR-041")
def test_a_release_that_todays_packages_do_not_carry_is_told_as_that(tmp_path: Path) -> None:
    older = kept_release(tmp_path)
    (older.root / "gateway" / "app.py").write_text("from fastapi import LongGone\n", "utf-8")

    assert "LongGone" in older.unusable("gateway")
    assert older.unusable("mcp_server") == ""
