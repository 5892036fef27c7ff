"""A virtual machine: Debian with a real systemd under QEMU's own emulation, which works wherever QEMU does."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry_stack.common.archives import pack_files
from registry_stack.common.errors import CommandError, UnreachableError
from registry_stack.common.runner import run
from registry_stack.common.waiting import wait_until
from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_as_root, run_script
from tasks.lab.hosts import make_ssh_key
from tasks.lab.vms.disks import Disks
from tasks.lab.vms.network import BRIDGE, add_port, address_of, mac_of, remove_port

USER = "admin"
INTERFACE = "ens3"
SECONDS_TO_BOOT = 400.0
"""A machine boots in half a minute on an idle workstation, and takes its time on a busy one."""
_MEGABYTES = 1024
_LAST_LINES = 60
_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]")
_SECONDS_TO_MAKE = 60.0


@dataclass
class VirtualMachine:
    """A machine that is off until `start`. `folder` is its own; `key` is the file of the private key that logs in,
    `host_key` is "type base64". `address` is where it answers: a test that moves it sets another one."""

    name: str
    number: int
    folder: Path
    disks: Disks
    key: Path
    host_key: str
    address: str
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def login(self) -> Login:
        """How to log in at its address."""
        return self.login_at(self.address)

    def login_at(self, address: str) -> Login:
        """How to log in at another address."""
        return Login(address, USER, self.key.read_text("utf-8"), self.host_key)

    @property
    def host(self) -> dict[str, Any]:
        """The machine in the form of a client's setting `host`."""
        return {"address": self.address, "user": USER, "key": str(self.key), "hostKey": self.host_key}

    @property
    def machine(self) -> dict[str, Any]:
        """The machine in the form of a setting `machine`, for docker-machine to take over."""
        options = {"ip-address": self.address, "ssh-user": USER, "ssh-key": str(self.key)}
        generic = {f"generic-{option}": value for option, value in options.items()}
        return {"driver": "generic", "hostKey": self.host_key, "options": generic}

    def run(self, script: str, stdin: str = "", seconds: float = 120) -> str:
        """What a script of the user's prints. Raises CommandError unless its exit code is 0."""
        return run_script(self.login, script, stdin=stdin, seconds=seconds)

    def run_as_root(self, script: str, stdin: str = "", seconds: float = 120) -> str:
        """What a script of root's prints. Raises CommandError unless its exit code is 0."""
        return run_as_root(self.login, script, stdin=stdin, seconds=seconds)

    def start(self) -> None:
        """Turns the machine on."""
        port = f"{BRIDGE}-{self.number}"
        add_port(port)
        card = f"virtio-net-pci,netdev=net,mac={mac_of(self.number)},addr=0x3"
        # what the machine has not flushed is lost when its power is cut, as on a disk with a cache of its own
        disk = "if=virtio,format=qcow2,cache=none"
        command = [
            *(
                "qemu-system-x86_64",
                "-accel",
                "tcg,tb-size=256",
                "-smp",
                "1",
                "-m",
                str(_MEGABYTES),
                "-no-user-config",
                "-nodefaults",
            ),
            *("-display", "none", "-chardev", f"file,id=out,path={self._console},append=on"),
            *("-serial", "chardev:out", "-kernel", str(self.disks.kernel), "-initrd", str(self.disks.initrd)),
            *("-append", "root=/dev/vda rw console=ttyS0 systemd.log_color=0"),
            *("-drive", f"file={self.folder / 'disk.qcow2'},{disk}"),
            *("-drive", f"file={self.folder / 'seed.tar'},if=virtio,format=raw,readonly=on"),
            *("-netdev", f"tap,id=net,ifname={port},script=no,downscript=no", "-device", card),
            *("-device", "virtio-rng-pci"),
        ]
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["nice", "-n", "10", *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def cut_power(self) -> None:
        """Ends the machine from one moment to the next."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        remove_port(f"{BRIDGE}-{self.number}")

    def wait(self, seconds: float = SECONDS_TO_BOOT) -> None:
        """Returns when the machine has booted, so that commands run on it."""

        def booted() -> bool:
            return self.run("systemctl is-system-running --wait || true").strip() in ("running", "degraded")

        wait_until(f"{self.name} to boot", booted, seconds, failures=(CommandError, UnreachableError), pause=1)

    def reboot(self) -> None:
        """Reboots the machine in the proper way; returns when it has booted again."""
        boot_id = "cat /proc/sys/kernel/random/boot_id"
        before = self.run(boot_id)
        self.run("sudo systemd-run --on-active=1 systemctl reboot")

        def rebooted() -> bool:
            return self.run(boot_id) != before

        wait_until(f"{self.name} to reboot", rebooted, SECONDS_TO_BOOT, failures=(CommandError, UnreachableError))
        self.wait()

    def console(self) -> str:
        """The last lines of what the machine and QEMU have said."""
        texts = [
            path.read_text("utf-8", "replace") for path in (self.folder / "qemu.log", self._console) if path.exists()
        ]
        lines = [_CONTROLS.sub("", line).strip() for line in "\n".join(texts).splitlines()]
        return "\n".join([line for line in lines if line][-_LAST_LINES:])

    @property
    def _console(self) -> Path:
        return self.folder / "console.log"


@contextmanager
def virtual_machine(
    name: str, system: str, number: int, folder: Path, disks: Disks, files: Mapping[str, str]
) -> Iterator[VirtualMachine]:
    """A new machine of that system, turned off; it is gone afterwards. Two machines have two numbers.

    `files`, by their absolute paths, are on it at its first boot: those of its network. `folder` is made for it.
    """
    folder.mkdir(parents=True)
    public = make_ssh_key(folder / "id_ed25519")
    host_key = make_ssh_key(folder / "host_key")
    seed = {
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1\tlocalhost\n127.0.1.1\t{name}\n",
        f"home/{USER}/.ssh/authorized_keys": f"{public}\n",
        "etc/ssh/ssh_host_ed25519_key": (folder / "host_key").read_text("utf-8"),
        "etc/ssh/ssh_host_ed25519_key.pub": f"{host_key}\n",
        **{path.lstrip("/"): content for path, content in files.items()},
    }
    (folder / "seed.tar").write_bytes(pack_files({path: text.encode() for path, text in seed.items()}))
    layer = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(disks.of(system)), "-F", "raw"]
    run([*layer, str(folder / "disk.qcow2")], environment={}, deadline=_SECONDS_TO_MAKE)
    machine = VirtualMachine(name, number, folder, disks, folder / "id_ed25519", host_key, str(address_of(number)))
    try:
        yield machine
    finally:
        machine.cut_power()
        (folder / "disk.qcow2").unlink()
