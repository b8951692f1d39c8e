"""What `docker-compose.yml` says, with its variables filled in and its host names on this machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from local.compose import secrets_of
from local.keys import Keys
from tests.services import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Composition:
    """The services by name; ``addresses`` are pairs (inside the composition, on this machine)."""

    services: Mapping[str, Any]
    keys: Keys
    addresses: Mapping[str, str]

    def environment(self, service: str) -> dict[str, str]:
        """Return everything that a container of the service would be told."""
        told: dict[str, str] = {}
        secrets = secrets_of(self.keys)
        for file in self.services[service].get("env_file", []):
            told |= secrets[file.removeprefix(".local/compose/").removesuffix(".env")]
        told |= self.services[service].get("environment", {})
        return {name: self._here(str(value)) for name, value in told.items() if value}

    def _here(self, value: str) -> str:
        if value in self.addresses:
            return self.addresses[value]
        for inside, here in self.addresses.items():
            value = value.replace(inside, here) if ":" in inside else value
        return value


def read_composition(keys: Keys, addresses: Mapping[str, str], **chosen: str) -> Composition:
    """Read it as Compose does where these variables are set, and no others."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    filled = VARIABLE.sub(lambda found: chosen.get(found[1]) or found[2] or "", text)
    return Composition(yaml.safe_load(filled)["services"], keys, addresses)
