"""docker-machine's storage folder.

docker-machine writes config.json by removing and renaming, without sync, and leaves some keys readable to others. A
crash can lose an entry, or leave its certificates half made. Source: libmachine's persist and cert packages.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_stack.common.errors import MachineError
from registry_stack.common.files import write_file

Entry = dict[str, Any]
_PAIRS = (("ca.pem", "ca-key.pem"), ("cert.pem", "key.pem"))
_IN_PLACE = {
    "tls-san": ("AuthOptions", "ServerCertSANs"),
    "engine-env": ("EngineOptions", "Env"),
    "engine-insecure-registry": ("EngineOptions", "InsecureRegistry"),
    "engine-label": ("EngineOptions", "Labels"),
    "engine-opt": ("EngineOptions", "ArbitraryFlags"),
    "engine-registry-mirror": ("EngineOptions", "RegistryMirror"),
}
IN_PLACE = frozenset(_IN_PLACE)
"""The options of `create` that an existing machine can take over, when its certificates are regenerated."""


@dataclass(frozen=True)
class Store:
    """A storage folder of docker-machine."""

    path: Path

    @property
    def certificates(self) -> Path:
        """Where docker-machine keeps its certificate authority and its client certificate."""
        return self.path / "certs"

    def folder(self, name: str) -> Path:
        """Where the store keeps a machine: its config.json, its engine's ca.pem, cert.pem and key.pem."""
        return self.path / "machines" / name

    def config_file(self, name: str) -> Path:
        """The file of a machine's entry."""
        return self.folder(name) / "config.json"

    def exists(self, name: str) -> bool:
        """Whether the store knows the machine, even if it is only half made."""
        return self.folder(name).exists()

    def entry(self, name: str) -> Entry | None:
        """A machine's entry, or None if it is missing or broken."""
        return read_entry(self.config_file(name))

    def set_address(self, name: str, address: str) -> None:
        """Notes that a machine of the generic driver answers at another address from now on.

        The other drivers ask their hypervisor. This one believes what it was told at creation, and docker-machine has
        no command to change it.
        """
        entry = self._existing(name)
        if entry["DriverName"] == "generic" and entry["Driver"]["IPAddress"] != address:
            entry["Driver"]["IPAddress"] = address
            write_entry(self.config_file(name), entry)

    def set_options(self, name: str, options: Mapping[str, object]) -> None:
        """Notes options of IN_PLACE in a machine's entry. They take effect when its certificates are regenerated."""
        entry = self._existing(name)
        for option, (section, key) in _IN_PLACE.items():
            entry["HostOptions"][section][key] = _listed(options, option)
        write_entry(self.config_file(name), entry)

    def has_options(self, name: str, options: Mapping[str, object]) -> bool:
        """Whether a machine's entry has these options, as far as they are of IN_PLACE."""
        noted = self._existing(name)["HostOptions"]
        return all((noted[part][key] or []) == _listed(options, each) for each, (part, key) in _IN_PLACE.items())

    def has_certificates(self) -> bool:
        """Whether docker-machine's own certificates are all there."""
        return all(_is_complete([self.certificates / file for file in pair]) for pair in _PAIRS)

    def clear_half_made_certificates(self) -> None:
        """Removes a certificate without its key, and a key without its certificate: docker-machine would stumble on it.

        Raises MachineError if machines depend on a certificate authority of which only a half is left.
        """
        authority, client = ([self.certificates / file for file in pair] for pair in _PAIRS)
        if not _is_complete(authority) and any(self.path.glob("machines/*/config.json")):
            raise MachineError(
                f"{self.certificates} has lost ca.pem or ca-key.pem, on which every machine of that folder depends: "
                "restore both from a backup, or remove the machines"
            )
        for pair in (authority, client):
            if not _is_complete(pair) or not _is_complete(authority):
                for path in pair:
                    path.unlink(missing_ok=True)

    def protect_keys(self, name: str) -> None:
        """Makes the keys of a machine, and docker-machine's own, readable to their owner alone."""
        for folder in (self.folder(name), self.certificates):
            for path in (*folder.glob("*key.pem"), *folder.glob("id_rsa")):
                path.chmod(0o600)

    def _existing(self, name: str) -> Entry:
        entry = self.entry(name)
        if entry is None:
            raise MachineError(f"docker-machine's store {self.path} has no readable entry of {name}")
        return entry


def read_entry(path: Path) -> Entry | None:
    """A JSON document that is an object, or None if it is missing or broken."""
    try:
        entry = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return entry if isinstance(entry, dict) else None


def write_entry(path: Path, entry: Entry) -> None:
    """Writes a JSON document for its owner alone, in a folder that is created if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, json.dumps(entry, indent=4).encode(), mode=0o600)


def _is_complete(pair: Iterable[Path]) -> bool:
    return all(path.exists() and path.stat().st_size for path in pair)


def _listed(options: Mapping[str, object], option: str) -> list[object]:
    value = options.get(option, [])
    return value if isinstance(value, list) else [value]
