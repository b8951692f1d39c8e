"""Secrets and keys of this machine: made once, kept in one file that only its owner reads."""

import json
import os
import secrets
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from local.settings import StartError


@dataclass(frozen=True)
class Keys:
    """Everything that must stay the same over restarts.

    Attributes:
        assertion_key: the gateway's Ed25519 private key, PEM; only the gateway gets it.
        assertion_public_keys: its public half as a JWKS, for the MCP server.
    """

    database_password: str
    app_password: str
    auth_password: str
    better_auth_secret: str
    request_state_key: str
    assertion_key: str
    assertion_key_id: str
    assertion_public_keys: str


def kept_keys(file: Path, gateway_python: Path, root: Path) -> Keys:
    """Read the keys, or make them where the file does not stand yet.

    Raises:
        StartError: the file is damaged; it is not replaced, because the database depends on it.
    """
    if not file.exists():
        _write(file, _new_keys(gateway_python, root))
    try:
        return Keys(**json.loads(file.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise StartError(f"{file} is damaged. Restore it, or remove its folder to start with empty data.") from error


def _new_keys(gateway_python: Path, root: Path) -> Keys:
    command = [str(gateway_python), "-m", "gateway", "new-key"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"`python -m gateway new-key` failed: {done.stderr.strip()[-200:]}")
    made = json.loads(done.stdout)
    return Keys(
        database_password=secrets.token_urlsafe(32),
        app_password=secrets.token_urlsafe(32),
        auth_password=secrets.token_urlsafe(32),
        better_auth_secret=secrets.token_urlsafe(48),
        request_state_key=secrets.token_urlsafe(48),
        assertion_key=made["private_key"],
        assertion_key_id=made["kid"],
        assertion_public_keys=json.dumps(made["public_keys"]),
    )


def _write(file: Path, keys: Keys) -> None:
    """Write the file whole or not at all, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(asdict(keys), out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)
