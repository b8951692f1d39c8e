"""The embedded PostgreSQL keeps its promises: loopback, password, clean stop, no leftovers."""

import socket
import sys
import uuid
from pathlib import Path

import asyncpg
import pytest

from local.install import postgres_binaries
from local.postgres import Postgres, PostgresError
from local.settings import free_port
from tests.services import embedded_postgres, open_folder

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("001/FR-006")
async def test_it_asks_for_the_password(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    assert await connection.fetchval("select 1") == 1
    await connection.close()

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:wrong@127.0.0.1:{postgres.port}/postgres")


@pytest.mark.requirement("001/FR-006")
def test_it_listens_on_loopback_alone(postgres: Postgres) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((str(address), postgres.port)) != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", postgres.port)) == 0


@pytest.mark.requirement("006/FR-045")
async def test_its_log_quotes_no_row_that_it_refuses(postgres: Postgres) -> None:
    word = uuid.uuid4().hex
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("create temporary table only_once (word text primary key)")
    await connection.execute("insert into only_once values ($1)", word)

    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("insert into only_once values ($1)", word)

    await connection.close()
    log = postgres.log.read_text("utf-8")
    assert "only_once_pkey" in log
    assert word not in log


@pytest.mark.requirement("001/FR-003")
async def test_what_was_committed_survives_a_stop_and_a_leftover_server_is_replaced() -> None:
    with open_folder() as folder:
        binaries = postgres_binaries(sys.prefix)
        first = Postgres(folder / "data", free_port(), "secret-one", binaries)
        first.start()
        connection = await asyncpg.connect(first.url)
        await connection.execute("create table kept (n int); insert into kept values (7)")
        await connection.close()

        second = Postgres(folder / "data", free_port(), "secret-one", binaries)  # its launcher was killed
        second.start()
        try:
            assert first.process.wait(10) == 0
            connection = await asyncpg.connect(second.url)
            assert await connection.fetchval("select n from kept") == 7
            await connection.close()
        finally:
            second.stop()


@pytest.mark.requirement("001/FR-006")
def test_a_private_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(PostgresError, match=r"'nobody', who cannot enter .* set DATABASE_URL\.$"):
        Postgres._check_reachable(tmp_path)


@pytest.mark.requirement("001/FR-003")
def test_a_stopped_server_leaves_its_port_free() -> None:
    with embedded_postgres() as running:
        port = running.port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
