"""Packs the bundle for desktop apps: `mcp-remote`, pinned, with a manifest that the official validator accepts."""

import shutil
import subprocess
from pathlib import Path

from local.settings import StartError

SOURCES = ("manifest.json", "package.json", "package-lock.json")
NPM_CI = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def pack_bundle(root: Path, work: Path) -> Path:
    """Build the bundle below a folder and return its file.

    Raises:
        StartError: a step failed; the message carries its last line.
    """
    tools, content = work / "tools", work / "content"
    for folder, install in ((tools, NPM_CI), (content, [*NPM_CI, "--omit=dev"])):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in SOURCES:
            shutil.copy2(root / "local" / "bundle" / name, folder)
        _run(install, folder)
    mcpb = str(tools / "node_modules" / ".bin" / "mcpb")
    bundle = work / "remit.mcpb"
    _run([mcpb, "validate", "manifest.json"], content)
    _run([mcpb, "pack", ".", str(bundle)], content)
    return bundle


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise StartError(f"`{' '.join(command[:2])} …` failed: {''.join(last)}")
