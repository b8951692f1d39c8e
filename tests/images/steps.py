"""Runs every step of the Dockerfile in a plain shell; `/app` of a stage is a folder."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from dockerfile_parse import DockerfileParser

from tests.services import ROOT

WORKDIR = "/app"
WITHOUT_EFFECT = {"EXPOSE", "COMMENT"}
STEP_SECONDS = 300
SKIPPED = shutil.ignore_patterns("node_modules", "dist", "__pycache__", "*.pyc", "test-results")


class StepError(Exception):
    """A step cannot be right; the message names it."""


@dataclass
class Stage:
    """One stage as far as it is built.

    Attributes:
        folder: what the stage has below ``/app``.
        environment: what ``ENV`` set; ``command`` and ``user`` are those of the container.
    """

    name: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    command: list[str] = field(default_factory=list[str])
    user: str = ""


def build(folder: Path, text: str = "") -> dict[str, Stage]:
    """Build every stage of the Dockerfile, or of another text, below a folder.

    Raises:
        StepError: a step is unknown, or failed.
    """
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    parser = DockerfileParser(fileobj=BytesIO((text or (ROOT / "Dockerfile").read_text()).encode()))
    for one in parser.structure:
        kind, value = one["instruction"], one["value"]
        if kind == "FROM":
            name = value.split(" AS ")[1]
            stage = stages[name] = Stage(name, folder / name)
            stage.folder.mkdir(parents=True)
        elif stage is not None:  # else a comment at the top
            _step(kind, value, stage, stages)
    return stages


def _step(kind: str, value: str, stage: Stage, stages: dict[str, Stage]) -> None:  # noqa: C901 - a table
    match kind:
        case "WORKDIR":
            if value != WORKDIR:
                raise StepError(f"WORKDIR {value}: everything stands below {WORKDIR}")
        case "ENV":
            stage.environment |= dict(pair.split("=", 1) for pair in value.split())
        case "COPY":
            _copy(value.split(), stage, stages)
        case "RUN":
            _run(value, stage)
        case "CMD":
            stage.command = [word.strip('" ') for word in value.strip("[]").split(",")]
        case "USER":
            stage.user = value
        case _ if kind not in WITHOUT_EFFECT:
            raise StepError(f"{kind} {value}: this kind of step is not known here")
        case _:
            return


def _copy(words: list[str], stage: Stage, stages: dict[str, Stage]) -> None:
    origin = ROOT
    if words[0].startswith("--from="):
        origin = stages[words.pop(0).removeprefix("--from=")].folder
    *sources, target = words
    for source in sources:
        found = origin / Path(source).relative_to(WORKDIR) if origin != ROOT else _in_context(source)
        if not found.exists():
            raise StepError(f"COPY {source}: it is not there")
        to = stage.folder / target
        if found.is_dir():
            _copy_folder(found, to, own=origin != ROOT)
        else:
            to = to / found.name if target.endswith("/") else to
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, to)


def _copy_folder(source: Path, target: Path, *, own: bool) -> None:
    """Copy a folder; one of another stage, which nobody changes any more, by links."""
    if own:
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, copy_function=os.link)
    else:
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=SKIPPED)


def _in_context(source: str) -> Path:
    """Return a file of the context; what `.dockerignore` does not let in is not there for a build either."""
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    if f"!{Path(source).parts[0]}" not in let_in:
        raise StepError(f"COPY {source}: .dockerignore does not let it in")
    return ROOT / source


def _run(command: str, stage: Stage) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=stage.folder,
        env={**os.environ, **kept, **stage.environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    if done.returncode:
        raise StepError(f"RUN {command}: {(done.stdout + done.stderr)[-1500:]}")
