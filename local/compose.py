"""The secrets of the containers: made once, one file a process, each readable by its owner alone."""

import os
from collections.abc import Mapping
from pathlib import Path

from local.keys import Keys, kept_keys
from local.services import with_login

OWNER = "postgresql://postgres@postgres:5432/postgres"
"""The address of the database inside the composition, without a password."""


def write_secrets(folder: Path, gateway_python: Path, root: Path) -> dict[Path, bool]:
    """Write the files that `docker-compose.yml` names, and tell of each whether it is new.

    One that is there stays as it is: a secret may have been replaced in it since.
    """
    keys = kept_keys(folder / "keys.json", gateway_python, root)
    files = {folder / f"{process}.env": told for process, told in secrets_of(keys).items()}
    return {file: _write(file, told) for file, told in files.items()}


def secrets_of(keys: Keys) -> dict[str, dict[str, str]]:
    """Return for each process what only it must know."""
    app = with_login(OWNER, "remit_app", keys.app_password)
    auth = with_login(OWNER, "remit_auth", keys.auth_password)
    owner = with_login(OWNER, "postgres", keys.database_password)
    return {
        "postgres": {"POSTGRES_PASSWORD": keys.database_password},
        "migrate": {"DATABASE_URL": owner, "MCP_SERVER_DATABASE_URL": app},
        "mcp-server": {
            "MCP_SERVER_DATABASE_URL": app,
            "MCP_SERVER_REQUEST_STATE_KEY": keys.request_state_key,
            "MCP_SERVER_GATEWAY_PUBLIC_KEYS": keys.assertion_public_keys,
        },
        "gateway": {"GATEWAY_ASSERTION_KEY": keys.assertion_key, "GATEWAY_ASSERTION_KEY_ID": keys.assertion_key_id},
        "frontend": {"BETTER_AUTH_SECRET": keys.better_auth_secret, "AUTH_DATABASE_URL": auth},
    }


def _write(file: Path, told: Mapping[str, str]) -> bool:
    """Write an environment file that Compose and a shell read alike: between single quotes nothing is special."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.writelines(f"{name}='{value}'\n" for name, value in told.items())
    return True
