"""Where a workstation's engines and its system keep whom they trust, and the commands that change that.

Sources: "Verify repository client with certificates", "Rootless mode" and Docker Desktop's "Add TLS certificates" in
Docker's documentation; containers-certs.d(5); security(1) of macOS; Microsoft's reference of certutil. `system` is what
`platform.system()` says.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Literal

from registry_stack.certificates.fingerprints import sha1_of
from registry_stack.guest.systems import SYSTEMS

Command = tuple[str, ...]
FILE, THUMBPRINT = "<file>", "<thumbprint>"
"""What stands in a command for a certificate's file, and for its SHA-1, by which macOS and Windows name it."""


@dataclass(frozen=True)
class FolderStore:
    """A system's store that `rebuild` makes, as the file `bundle`, of what is in `folder` and ends with `suffix`;
    `rebuild_without` does it after something was taken away."""

    folder: PurePath
    suffix: str
    bundle: PurePath
    rebuild: Command
    rebuild_without: Command


@dataclass(frozen=True)
class ToolStore:
    """A system's store that commands change, which may ask the user; `shows` prints the thumbprints of all it holds."""

    name: str
    shows: Command
    adds: Command
    removes: tuple[Command, ...]


@dataclass(frozen=True)
class Places:
    """Folders of engines for one registry, and a system's store, if any; `privileged` is who may change them."""

    folders: tuple[PurePath, ...]
    store: FolderStore | ToolStore | None
    privileged: bool


@dataclass(frozen=True)
class Workstation:
    """A workstation as far as trust in a registry goes: the folders are its user's home and, on Linux, for settings;
    `distribution` is the name of one of registry_stack.guest.systems, or empty."""

    system: str
    home: str
    config: str
    distribution: str

    def places(self, scope: Literal["user", "system"], reference: str) -> Places:
        """Where the authorities of the registry that images of `reference` are in go."""
        system_wide = scope == "system"
        if self.system == "Windows":
            return Places((), _windows(system_wide), system_wide)
        home, config = PurePosixPath(self.home), PurePosixPath(self.config)
        desktop = home / ".docker" / "certs.d" / reference
        if self.system == "Darwin":
            return Places((desktop,), _macos(system_wide, home), system_wide)
        if system_wide:
            return Places((PurePosixPath("/etc/docker/certs.d") / reference,), _linux(self.distribution), system_wide)
        rootless = (config / engine / "certs.d" / reference for engine in ("docker", "containers"))
        return Places((desktop, *rootless), None, system_wide)


def files(places: Places, reference: str, anchors: Mapping[str, str]) -> dict[str, str]:
    """The files that belong there, with their content; `anchors` are certificates (PEM) by their authorities' names."""
    texts = {name: f"{text.strip()}\n" for name, text in anchors.items()}
    wanted = {str(folder / f"{name}.crt"): text for folder in places.folders for name, text in texts.items()}
    if isinstance(places.store, FolderStore):
        stem = reference.replace(":", "-")
        folder, suffix = places.store.folder, places.store.suffix
        wanted |= {str(folder / f"{stem}-{name}{suffix}"): text for name, text in texts.items()}
    return wanted


def holds(shown: str, certificate: str) -> bool:
    """Whether what `shows` printed has the certificate (PEM); Windows parts the digits by spaces, in small letters."""
    return sha1_of(certificate) in "".join(shown.split()).upper()


def filled(command: Sequence[str], file: str, certificate: str) -> list[str]:
    """A command for one certificate (PEM), which is in that file."""
    values = {FILE: file, THUMBPRINT: sha1_of(certificate)}
    return [values.get(argument, argument) for argument in command]


def bundled(bundle: str, certificate: str) -> bool:
    """Whether a bundle of certificates (PEM) holds that one."""
    return "".join(certificate.split()) in "".join(bundle.split())


def by_hand(places: Places, reference: str, anchors: Mapping[str, str]) -> str:
    """How a user does it, with the rights that it takes, in one line; the stack's output has the certificates."""
    output = "pulumi stack output caCertificate"
    first = dict([next(iter(anchors.items()))])
    each = f", and likewise for each of the {len(anchors)} certificates in it" if len(anchors) > 1 else ""
    sudo = "sudo " if places.privileged else ""
    if isinstance(places.store, ToolStore):
        file = f"{next(iter(first))}.crt"
        adds = shlex.join(filled(places.store.adds, file, next(iter(first.values()))))
        if places.store.adds[0] == "certutil":
            rights = ", opened with 'Run as administrator'" if places.privileged else ""
            return f"in PowerShell{rights}: {output} | Out-File -Encoding ascii {file}; {adds}{each}"
        return f"{output} > {file} && {sudo}{adds}{each}"
    steps = [
        f"{sudo}mkdir -p {shlex.quote(str(PurePosixPath(path).parent))} && {output} | {sudo}tee {shlex.quote(path)}"
        for path in files(places, reference, first)
    ]
    if places.store:
        steps.append(f"{sudo}{shlex.join(places.store.rebuild)}")
    return " && ".join(steps) + each


def _linux(distribution: str) -> FolderStore | None:
    system = SYSTEMS.get(distribution)
    if system is None or system.forgets:
        return None
    rebuild = tuple(shlex.split(system.rebuild))
    without = tuple(shlex.split(system.rebuild_without)) or rebuild
    return FolderStore(system.folder, system.suffix, system.bundle, rebuild, without)


def _macos(system_wide: bool, home: PurePosixPath) -> ToolStore:
    keychain = (
        "/Library/Keychains/System.keychain" if system_wide else str(home / "Library/Keychains/login.keychain-db")
    )
    domain = ("-d",) if system_wide else ()
    return ToolStore(
        name=keychain,
        shows=("security", "find-certificate", "-a", "-Z", keychain),
        adds=("security", "add-trusted-cert", *domain, "-r", "trustRoot", "-p", "ssl", "-k", keychain, FILE),
        removes=(
            ("security", "remove-trusted-cert", *domain, FILE),
            ("security", "delete-certificate", "-Z", THUMBPRINT, keychain),
        ),
    )


def _windows(system_wide: bool) -> ToolStore:
    certutil: Command = ("certutil",) if system_wide else ("certutil", "-user")
    return ToolStore(
        name=f"the {'machine' if system_wide else 'user'}'s store Root",
        shows=(*certutil, "-store", "Root"),
        adds=(*certutil, "-addstore", "Root", FILE),
        removes=((*certutil, "-delstore", "Root", THUMBPRINT),),
    )
