"""docker-machine's storage folder, and what this program keeps beside it. Nothing of Pulumi here.

docker-machine writes config.json by removing and renaming, without sync, and leaves some keys readable to others; a
crash can cost an entry, or leave its certificates half made. What can be mended of that is mended here. Source:
libmachine's persist and cert packages.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_stack.common.errors import MachineError
from registry_stack.common.files import unfinished, write_file

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

    def own(self, name: str, suffix: str) -> Path:
        """What this program has about a machine: `lock`, `json` (its owner), `config` (its entry), `key` (a folder),
        `unsettled` (there while it is being made or removed)."""
        return self.path / "registry-stack" / f"{name}.{suffix}"

    def exists(self, name: str) -> bool:
        """Whether the store knows the machine, be it only half made."""
        return self.folder(name).exists()

    def owner(self, name: str) -> str | None:
        """Who made the machine, if it was this program."""
        entry = _read(self.own(name, "json"))
        return str(entry["owner"]) if entry and "owner" in entry else None

    def mark(self, name: str, owner: str) -> None:
        """Notes whose machine it is."""
        _write(self.own(name, "json"), {"owner": owner})

    def machines_of(self, owner: str) -> list[str]:
        """The names of the machines that were made, or only begun, for that owner."""
        markers = sorted(self.own("any", "json").parent.glob("*.json"))
        return [marker.stem for marker in markers if self.owner(marker.stem) == owner]

    def forget(self, name: str) -> None:
        """Removes whatever this program has about a machine."""
        shutil.rmtree(self.own(name, "key"), ignore_errors=True)
        for suffix in ("json", "config", "unsettled"):
            for path in (self.own(name, suffix), unfinished(self.own(name, suffix))):
                path.unlink(missing_ok=True)
        with suppress(PermissionError):  # Windows removes no file that is open
            self.own(name, "lock").unlink(missing_ok=True)

    def entry(self, name: str) -> Entry | None:
        """A machine's config.json, or None if it is missing or broken."""
        return _read(self.folder(name) / "config.json")

    def keep(self, name: str) -> None:
        """Copies a machine's entry aside, for `repair`, and makes the keys of the store its owner's alone."""
        if entry := self.entry(name):
            _write(self.own(name, "config"), entry)
        self._protect_keys(name)

    def repair(self, name: str) -> None:
        """Puts a machine's entry back where a crash of docker-machine has lost or cut it: what docker-machine was about
        to put in its place, or else the copy."""
        if not self.exists(name) or self.entry(name) is not None:
            return
        begun = sorted(self.folder(name).glob("config.json.tmp*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for entry in map(_read, (*begun, self.own(name, "config"))):
            if entry:
                _write(self.folder(name) / "config.json", entry)
                return

    def begin(self, name: str) -> None:
        """Notes that a machine is being made or removed."""
        _write(self.own(name, "unsettled"), {})

    def finish(self, name: str) -> None:
        """Notes that a machine's making or removal is over."""
        self.own(name, "unsettled").unlink(missing_ok=True)

    def is_finished(self, name: str) -> bool:
        """Whether no making or removal of a machine has been cut short."""
        return not self.own(name, "unsettled").exists()

    def last_address(self, name: str) -> str | None:
        """Where a machine of this program answered when its entry was copied; known even if the entry is gone."""
        copy = _read(self.own(name, "config"))
        return str(copy["Driver"]["IPAddress"]) if copy else None

    def move(self, name: str, address: str) -> None:
        """Notes that a machine of the generic driver answers at another address from now on.

        The other drivers ask their hypervisor; this one believes what it was told at creation, and docker-machine has
        no command to change it.
        """
        entry = self._known(name)
        if entry["DriverName"] == "generic" and entry["Driver"]["IPAddress"] != address:
            entry["Driver"]["IPAddress"] = address
            _write(self.folder(name) / "config.json", entry)

    def take_over(self, name: str, options: Mapping[str, object]) -> None:
        """Notes options of IN_PLACE in a machine's entry; they hold once its certificates are regenerated."""
        entry = self._known(name)
        for option, (section, key) in _IN_PLACE.items():
            entry["HostOptions"][section][key] = _listed(options, option)
        _write(self.folder(name) / "config.json", entry)

    def has_taken_over(self, name: str, options: Mapping[str, object]) -> bool:
        """Whether a machine's entry says of the options of IN_PLACE what is wanted."""
        noted = self._known(name)["HostOptions"]
        return all((noted[part][key] or []) == _listed(options, each) for each, (part, key) in _IN_PLACE.items())

    def has_certificates(self) -> bool:
        """Whether docker-machine's own certificates are all there."""
        return all(_whole([self.certificates / file for file in pair]) for pair in _PAIRS)

    def clear_half_made_certificates(self) -> None:
        """Removes a certificate without its key, and the other way round: docker-machine would stumble over either.

        Raises MachineError if machines depend on a certificate authority of which only a half is left.
        """
        authority, client = ([self.certificates / file for file in pair] for pair in _PAIRS)
        if not _whole(authority) and any(self.path.glob("machines/*/config.json")):
            raise MachineError(
                f"{self.certificates} has lost ca.pem or ca-key.pem, on which every machine of that folder depends: "
                "restore both from a backup, or remove the machines"
            )
        for pair in (authority, client):
            if not _whole(pair) or not _whole(authority):
                for path in pair:
                    path.unlink(missing_ok=True)

    def _known(self, name: str) -> Entry:
        entry = self.entry(name)
        if entry is None:
            raise MachineError(f"docker-machine's store {self.path} has no readable entry of {name}")
        return entry

    def _protect_keys(self, name: str) -> None:
        for folder in (self.folder(name), self.certificates):
            for path in (*folder.glob("*key.pem"), *folder.glob("id_rsa")):
                path.chmod(0o600)


def _whole(pair: Iterable[Path]) -> bool:
    return all(path.exists() and path.stat().st_size for path in pair)


def _listed(options: Mapping[str, object], option: str) -> list[object]:
    value = options.get(option, [])
    return value if isinstance(value, list) else [value]


def _read(path: Path) -> Entry | None:
    try:
        entry = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return entry if isinstance(entry, dict) else None


def _write(path: Path, entry: Entry) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, json.dumps(entry, indent=4).encode(), mode=0o600)
