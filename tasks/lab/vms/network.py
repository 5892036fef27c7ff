"""A network of the virtual machines' own: a bridge of this workstation's, with a DHCP and name server.

Docker's rules drop what a bridge passes on, so there is one more rule for this one.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from registry_stack.common.errors import CommandError
from registry_stack.common.locks import locked
from registry_stack.common.runner import run
from registry_stack.common.waiting import wait_until

BRIDGE = "rs-vms"
SUBNET = IPv4Network("192.168.231.0/24")
GATEWAY = SUBNET[1]
PROBE = "probe.vms.test"
"""A name that the network's name server knows, as GATEWAY's."""

_LOCK = Path("/run/lock/registry-stack-vms")
_RULE = ("FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT")
_NUMBERS = range(10, 50)
_SECONDS = 30.0


def mac_of(number: int) -> str:
    """The hardware address of the machine of that number."""
    return f"52:54:00:e7:00:{number:02x}"


def address_of(number: int) -> IPv4Address:
    """What DHCP gives to the machine of that number."""
    return SUBNET[number]


@contextmanager
def network(folder: Path) -> Iterator[None]:
    """The network, for as long as it is used; one process at a time. What an interrupted run left is removed first.

    `folder` is for the server's files.
    """
    with locked(_LOCK, "the virtual machines' network", _SECONDS):
        _remove()
        try:
            _ip("link", "add", BRIDGE, "type", "bridge")
            _ip("address", "add", f"{GATEWAY}/{SUBNET.prefixlen}", "dev", BRIDGE)
            _ip("link", "set", BRIDGE, "up")
            _command("iptables", "-w", "-I", *_RULE)
            with _server(folder):
                yield
        finally:
            _remove()


def add_port(name: str) -> None:
    """Adds a port to the bridge, for a machine to be connected to."""
    _ip("tuntap", "add", name, "mode", "tap")
    _ip("link", "set", name, "master", BRIDGE, "up")


def remove_port(name: str) -> None:
    """Removes a port, if it is there."""
    with suppress(CommandError):
        _ip("link", "delete", name)


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    known = [f"--dhcp-host={mac_of(number)},{address_of(number)}" for number in _NUMBERS]
    command = [
        *(
            "dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--user=root",
            f"--pid-file={folder / 'dns.pid'}",
        ),
        *(f"--interface={BRIDGE}", "--except-interface=lo", "--bind-interfaces", "--no-resolv", "--no-hosts"),
        *(f"--dhcp-leasefile={folder / 'leases'}", f"--dhcp-range={SUBNET[200]},{SUBNET[220]},1h", *known),
        f"--address=/{PROBE}/{GATEWAY}",
    ]
    with (folder / "dnsmasq.log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_until("the virtual machines' name server", (folder / "dns.pid").exists, _SECONDS)
        yield
    finally:
        server.terminate()
        server.wait()


def _remove() -> None:
    """Removes the bridge with its ports and their machines, its server and its rule, as far as they are there."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = process.read_bytes().decode("utf-8", "replace").split("\0")
            if f"--interface={BRIDGE}" in arguments or any(f",ifname={BRIDGE}-" in each for each in arguments):
                os.kill(int(process.parent.name), signal.SIGKILL)
    for port in Path("/sys/class/net").glob(f"{BRIDGE}*"):
        remove_port(port.name)
    with suppress(CommandError):
        while True:
            _command("iptables", "-w", "-D", *_RULE)


def _ip(*arguments: str) -> None:
    _command("ip", *arguments)


def _command(*command: str) -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    run(command, environment={"PATH": path}, deadline=_SECONDS)
