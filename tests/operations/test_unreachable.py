"""Migrations whose database cannot be used end with one line, which names the setting and shows no password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.prepare import migrate_tasks
from local.services import Environments
from local.settings import StartError
from tests.frontend.sign_in import migrate, settings
from tests.services import ROOT

PASSWORD = "never-shown"
NOBODY = f"postgresql://owner:{PASSWORD}@127.0.0.1:1/remit"

pytestmark = pytest.mark.requirement("001/FR-004")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (NOBODY, "DATABASE_URL: cannot be used ("),
        (NOBODY.replace(":1/", ":x/"), "DATABASE_URL: not valid. Set "),
        ("", "DATABASE_URL: missing. Set "),
    ],
    ids=["unreachable", "wrong", "missing"],
)
def test_the_tasks_migration_names_the_setting(address: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": address},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
    assert PASSWORD not in done.stderr


def test_the_sign_in_migration_names_the_setting() -> None:
    done = migrate(settings(NOBODY, NOBODY.replace("owner", "remit_auth"), 3000))

    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL cannot be used (")
    assert PASSWORD not in done.stderr


def test_the_launcher_says_so_in_a_folder_that_has_no_logs_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def python_of(_: str) -> Path:
        return Path(sys.executable)

    monkeypatch.setattr("local.prepare.python_of", python_of)
    told = Environments({}, {}, {}, {"PATH": os.environ["PATH"], "DATABASE_URL": NOBODY})

    with pytest.raises(StartError, match=r"^The tasks migration failed: DATABASE_URL: cannot be used \("):
        migrate_tasks(told, tmp_path / "logs")

    assert "DATABASE_URL" in (tmp_path / "logs" / "migrate-tasks.log").read_text()
