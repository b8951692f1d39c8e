"""Database addresses as providers print them, at a pooler that speaks TLS alone, for every service that takes one."""

import datetime as dt
import ipaddress
import os
import pwd
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mcp_server.db.session import Database
from tests.frontend.sign_in import Account, sign_in
from tests.pooler import PROGRAM, transaction_pooler
from tests.services import free_port, open_folder

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")]


@dataclass(frozen=True)
class Encrypted:
    """Two roles' addresses through poolers that take TLS alone, and the certificate that signed itself."""

    app: str
    auth: str
    certificate: Path


@pytest.fixture(scope="module")
def encrypted(owner_url: str, app_url: str, told: dict[str, str]) -> Iterator[Encrypted]:
    assert owner_url
    with ExitStack() as running:
        folder = running.enter_context(open_folder())
        certificate, key = _self_signed(folder)
        tls = {
            "client_tls_sslmode": "require",
            "client_tls_cert_file": str(certificate),
            "client_tls_key_file": str(key),
        }
        app = running.enter_context(transaction_pooler(app_url, **tls))
        auth = running.enter_context(transaction_pooler(told["AUTH_DATABASE_URL"], **tls))
        yield Encrypted(app, auth, certificate)


@pytest.mark.requirement("006/FR-010")
@pytest.mark.parametrize(
    ("query", "is_served"),
    [
        ("sslmode=require&channel_binding=require", True),
        ("sslmode=verify-full&sslrootcert={certificate}&connect_timeout=10", True),
        ("sslmode=verify-full", False),  # nobody whom this machine trusts signed the certificate
        ("sslmode=disable", False),
    ],
)
async def test_the_tools_server_takes_the_pooled_address(encrypted: Encrypted, query: str, is_served: bool) -> None:
    database = Database(f"{encrypted.app}?{query.format(certificate=encrypted.certificate)}", pooled=True)
    try:
        assert await database.is_ready() == is_served
    finally:
        await database.close()


@pytest.mark.requirement("006/FR-010")
def test_the_page_takes_the_pooled_address_and_checks_who_answers(
    encrypted: Encrypted, told: dict[str, str], tmp_path: Path
) -> None:
    trusted = f"{encrypted.auth}?sslmode=verify-full&channel_binding=require&sslrootcert={encrypted.certificate}"
    here = told | {"PORT": str(free_port()), "AUTH_DATABASE_URL": trusted}
    with sign_in(here, tmp_path / "log") as service:
        assert service.get("/readyz").status_code == 200
        with Account(service) as account:
            assert account.token()

    with sign_in(here | {"AUTH_DATABASE_URL": f"{encrypted.auth}?sslmode=require"}, tmp_path / "log") as service:
        assert service.get("/readyz").status_code == 503


def _self_signed(folder: Path) -> tuple[Path, Path]:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = dt.datetime.now(dt.UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(loopback, critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if os.geteuid() == 0:  # the pooler then runs as somebody else
        nobody = pwd.getpwnam("nobody")
        os.chown(files[1], nobody.pw_uid, nobody.pw_gid)
    return files
