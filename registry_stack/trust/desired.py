"""What a client should have so that its engine trusts the registry: files, names, a block of bootsync.sh."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from registry_stack.guest import boot2docker
from registry_stack.guest.engines import Engine
from registry_stack.guest.systems import System

MARK = "# registry-stack"
"""Marks lines and files as this program's, in places that others use as well."""
_KEPT = boot2docker.PERSISTENT / "certs.d"


@dataclass(frozen=True)
class DesiredTrust:
    """Trust in the registry that images of `reference` are in, which is at `address` and has `names`.

    `anchors` are the certificates of the authorities (PEM), by their names. `system_wide`: the whole system
    trusts it, not the engine alone. Without anchors and names it is what a client has that never heard of the registry.
    """

    reference: str
    address: str
    names: tuple[str, ...]
    anchors: Mapping[str, str]
    system_wide: bool
    engine: Engine

    @property
    def hosts_line(self) -> str:
        """The line of the hosts file with the registry's names."""
        return f"{self.address} {' '.join(self.names)} {MARK}"

    @property
    def texts(self) -> dict[str, str]:
        """The certificates as they are written."""
        return {name: f"{text.strip()}\n" for name, text in self.anchors.items()}

    def files(self, system: System | None) -> dict[PurePosixPath, str]:
        """Every file with its content, in the order in which they are written."""
        if not self.anchors:
            return {}
        files: dict[PurePosixPath, str] = {}
        if system and system.forgets:
            files |= self._of_engine(_KEPT / self.reference)
        files |= self._of_engine(self._folder)
        if system and self.system_wide:
            files |= {self.anchor(system, name): text for name, text in self.texts.items()}
        return files

    def anchor(self, system: System, authority: str) -> PurePosixPath:
        """An authority's file among those of the system's trust store."""
        return system.folder / f"{self.reference.replace(':', '-')}-{authority}{system.suffix}"

    @property
    def part(self) -> str:
        """The name of the block of bootsync.sh."""
        return part(self.reference)

    def block(self, system: System | None) -> str:
        """The block that restores at boot what the system forgets; empty for one that forgets nothing."""
        if system is None or not system.forgets or not self.anchors:
            return ""
        lines = [
            f"mkdir -p {self._folder}",
            f"cp {_KEPT / self.reference}/* {self._folder}/",
            f"grep -qxF '{self.hosts_line}' /etc/hosts || echo '{self.hosts_line}' >> /etc/hosts",
        ]
        return boot2docker.block(self.part, lines)

    @property
    def _folder(self) -> PurePosixPath:
        return self.engine.folder / self.reference

    def _of_engine(self, folder: PurePosixPath) -> dict[PurePosixPath, str]:
        files = {folder / f"{name}.crt": text for name, text in self.texts.items()}
        if self.engine.document:
            document = self.engine.document(self.reference, [path.name for path in files])
            files[folder / self.engine.named] = f"{MARK}\n{document}"
        return files


def part(reference: str) -> str:
    """The name of the block of bootsync.sh for trust in a registry."""
    return f"trust in {reference}"
