"""The disks that virtual machines start from: built once, of Debian's packages, and kept in the checkout."""

import os
import platform
import shutil
import time
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from images.inputs import digest
from registry_stack.common.errors import StackError
from registry_stack.common.runner import Runner, run
from tasks.files import remove_folder
from tasks.layout import HERE

SYSTEMS = ("networkd", "netplan", "networkmanager", "ifupdown")
"""Debian with each way of setting up its network."""

_FOLDER = HERE.tools / "vms"
_HERE = Path(__file__).parent
_INPUTS = (_HERE / "build.sh", _HERE / "seed.service")
_PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
    "mkfs.ext4": "e2fsprogs",
    "dnsmasq": "dnsmasq-base",
    "iptables": "iptables",
    "ip": "iproute2",
}
_APT_SECONDS = 900.0
_BUILD_SECONDS = 3600.0


@dataclass(frozen=True)
class Disks:
    """A folder with the disks, a kernel and an initial RAM disk."""

    folder: Path

    @property
    def kernel(self) -> Path:
        """The kernel of all systems."""
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        """The initial RAM disk of all systems."""
        return self.folder / "initrd"

    def of(self, system: str) -> Path:
        """The disk of a system. It is never written to: a machine's own begins as a layer above it."""
        return self.folder / f"{system}.raw"


def disks_here() -> Disks:
    """The disks of this checkout, by the hash of what they are made of; `make_disks` makes them."""
    return Disks(_FOLDER / digest(_INPUTS, _HERE)[:16])


def make_disks(_: Namespace) -> None:
    """Makes what virtual machines need, unless it is there. Raises StackError if it can't be made here."""
    ensure_programs()
    disks = disks_here()
    if disks.folder.exists():
        print(f"virtual machines' disks: up to date ({disks.folder})")
        return
    print(f"virtual machines' disks: making {', '.join(SYSTEMS)}, which takes some minutes", flush=True)
    started = time.monotonic()
    remove_folder(_FOLDER)
    partial = _FOLDER / "partial"
    partial.mkdir(parents=True)
    run(["sh", str(_HERE / "build.sh"), str(partial)], environment={}, deadline=_BUILD_SECONDS)
    partial.rename(disks.folder)
    print(f"virtual machines' disks: ready ({time.monotonic() - started:.0f} s)")


def ensure_programs(runner: Runner = run) -> None:
    """Installs the Debian packages whose programs are missing, and says so first. Raises StackError if it can't."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = sorted({package for program, package in _PROGRAMS.items() if shutil.which(program, path=path) is None})
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise StackError("virtual machines need root on Linux: their disks are made, and a bridge is set up for them")
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise StackError(f"virtual machines need what Debian has in the packages {', '.join(missing)}")
    print(f"virtual machines: installing Debian's packages {', '.join(missing)}", flush=True)
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing]
    for command in (["apt-get", "update", "-qq"], install):
        runner(command, environment={"DEBIAN_FRONTEND": "noninteractive"}, deadline=_APT_SECONDS)
