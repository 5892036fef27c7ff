"""Where a workstation's engines and its system keep the authorities that they trust, and the commands for that.

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
"""Placeholders in a command: for a certificate's file, and for its SHA-1, which macOS and Windows use as its name."""


@dataclass(frozen=True)
class FolderStore:
    """A system's store as a file.

    `rebuild` makes the file `bundle` of the files in `folder` that end with `suffix`; `rebuild_without` does so after
    one was removed.
    """

    folder: PurePath
    suffix: str
    bundle: PurePath
    rebuild: Command
    rebuild_without: Command


@dataclass(frozen=True)
class ToolStore:
    """A system's store that commands change. They may ask the user. `shows` prints the SHA-1 of all that it holds."""

    name: str
    shows: Command
    adds: Command
    removes: tuple[Command, ...]


@dataclass(frozen=True)
class Places:
    """The places for one registry: folders of engines, and a system's store, if there is one.

    `privileged`: only root, or an administrator, may change them.
    """

    folders: tuple[PurePath, ...]
    store: FolderStore | ToolStore | None
    privileged: bool


@dataclass(frozen=True)
class Workstation:
    """What has to be known about a workstation: its system, its user's home, and on Linux the folder for settings.

    `distribution` is the name of one of registry_stack.guest.systems, or empty.
    """

    system: str
    home: str
    config: str
    distribution: str

    def places(self, scope: Literal["user", "system"], reference: str) -> Places:
        """The places for the authorities of a registry, which is named as in its images' references."""
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
    """The files that belong there, by path, with their content; `anchors`: certificates (PEM) by authority."""
    texts = {name: f"{text.strip()}\n" for name, text in anchors.items()}
    wanted = {str(folder / f"{name}.crt"): text for folder in places.folders for name, text in texts.items()}
    if isinstance(places.store, FolderStore):
        stem = reference.replace(":", "-")
        folder, suffix = places.store.folder, places.store.suffix
        wanted |= {str(folder / f"{stem}-{name}{suffix}"): text for name, text in texts.items()}
    return wanted


def listing_holds(shown: str, certificate: str) -> bool:
    """Whether the output of `shows` has the certificate (PEM). Windows writes small letters with spaces between."""
    return sha1_of(certificate) in "".join(shown.split()).upper()


def for_certificate(command: Sequence[str], file: str, certificate: str) -> list[str]:
    """The command for one certificate (PEM), which is in that file."""
    values = {FILE: file, THUMBPRINT: sha1_of(certificate)}
    return [values.get(argument, argument) for argument in command]


def bundle_holds(bundle: str, certificate: str) -> bool:
    """Whether a bundle of certificates (PEM) has that one."""
    return "".join(certificate.split()) in "".join(bundle.split())


def by_hand(places: Places, reference: str, anchors: Mapping[str, str]) -> str:
    """How a user installs them by hand, in one line, with the rights that it takes.

    The certificates come from the stack's output. If there are several, it shows the way for the first.
    """
    output = "pulumi stack output caCertificate"
    name, certificate = next(iter(anchors.items()))
    each = f", and likewise for each of the {len(anchors)} certificates in it" if len(anchors) > 1 else ""
    sudo = "sudo " if places.privileged else ""
    if isinstance(places.store, ToolStore):
        file = f"{name}.crt"
        adds = shlex.join(for_certificate(places.store.adds, file, certificate))
        if places.store.adds[0] == "certutil":
            rights = ", opened with 'Run as administrator'" if places.privileged else ""
            return f"in PowerShell{rights}: {output} | Out-File -Encoding ascii {file}; {adds}{each}"
        return f"{output} > {file} && {sudo}{adds}{each}"
    steps = [
        f"{sudo}mkdir -p {shlex.quote(str(PurePosixPath(path).parent))} && {output} | {sudo}tee {shlex.quote(path)}"
        for path in files(places, reference, {name: certificate})
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
