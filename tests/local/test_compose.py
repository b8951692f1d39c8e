"""The files of secrets: a shell and Compose read the same in them, and what was replaced in one stays."""

import json
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

from local.compose import secrets_of, write_secrets
from local.keys import kept_keys
from tests.services import ROOT

PRINT = "import json, os, sys; print(json.dumps([os.environ[name] for name in sys.argv[1:]]))"


def test_a_shell_and_compose_read_what_was_meant(tmp_path: Path) -> None:
    written = write_secrets(tmp_path, Path(sys.executable), ROOT)
    told = secrets_of(kept_keys(tmp_path / "keys.json", Path(sys.executable), ROOT))

    assert all(written.values())
    for file in written:
        meant = told[file.stem]
        assert dotenv_values(file, interpolate=False) == meant
        script = f'set -a; . "{file}"; exec "$0" -c "$1" {" ".join(meant)}'
        done = subprocess.run(["sh", "-c", script, sys.executable, PRINT], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == list(meant.values())
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_was_replaced_stays(tmp_path: Path) -> None:
    write_secrets(tmp_path, Path(sys.executable), ROOT)
    replaced, missing = tmp_path / "frontend.env", tmp_path / "gateway.env"
    replaced.write_text("BETTER_AUTH_SECRET='another'\n")
    before = missing.read_text()
    missing.unlink()

    written = write_secrets(tmp_path, Path(sys.executable), ROOT)

    assert [file for file, is_new in written.items() if is_new] == [missing]
    assert missing.read_text() == before
    assert replaced.read_text() == "BETTER_AUTH_SECRET='another'\n"
