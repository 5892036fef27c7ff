"""Boot2Docker: what persists, and bootsync.sh, which it runs at every boot before it starts its engine.

Source: the boot scripts of boot2docker/boot2docker, v19.03. Its root lives in memory; only /var/lib/boot2docker and
Docker's own data stay. Certificates in CERTIFICATES are installed into the system's trust store at boot. It runs
bootsync.sh by `sh`; versions before 18.09 ran the file itself.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path, PurePosixPath
from shlex import quote

from registry_stack.guest.scripts import load_script

PERSISTENT = PurePosixPath("/var/lib/boot2docker")
CERTIFICATES = PERSISTENT / "certs"
BOOTSYNC = PERSISTENT / "bootsync.sh"
STATIC_ADDRESS = "static address"
_HERE = Path(__file__).parent


def static_address(address: IPv4Address, subnet: IPv4Network, gateway: IPv4Address, interface: str) -> list[str]:
    """The guide's three lines: no DHCP, the address, the route."""
    return [
        f"kill $(cat /var/run/udhcpc.{interface}.pid)",
        f"ifconfig {interface} {address} netmask {subnet.netmask} broadcast {subnet.broadcast_address} up",
        f"route add default gw {gateway}",
    ]


def renew_engine_script() -> str:
    """The script that starts an engine that does not listen, without what docker-machine has configured so far.

    So it starts as on a new machine. On another system the script does nothing.
    """
    return load_script(_HERE / "renew_engine.sh", PERSISTENT=PERSISTENT)


def block(name: str, lines: Sequence[str]) -> str:
    """A part of bootsync.sh, between markers with its name."""
    return "\n".join([f"# >>> {name}", *lines, f"# <<< {name}", ""])


def install_block(name: str) -> str:
    """The script that makes standard input, the block of that name, a part of bootsync.sh. Other parts stay."""
    return _edit(name)


def read_block(name: str) -> str:
    """The command that prints the block of that name, or nothing."""
    pattern = name.replace(".", "[.]")
    return f"sed -n '/^# >>> {pattern}$/,/^# <<< {pattern}$/p' {BOOTSYNC}"


def remove_block(name: str) -> str:
    """The script that takes the block of that name out of bootsync.sh, and removes that if nothing else is in it."""
    return f"{_edit(name)} </dev/null"


def bootsync_functions() -> str:
    """The shell functions `prepare_bootsync` and `commit_bootsync`, and those of whole.sh, which they need."""
    return "\n".join([load_script(_HERE / "whole.sh"), load_script(_HERE / "bootsync.sh", BOOTSYNC=BOOTSYNC)])


def _edit(name: str) -> str:
    left = f"rm -f {BOOTSYNC}.registry-stack {BOOTSYNC}.registry-stack.rest"
    return f"(\n{bootsync_functions()}\ntrap '{left}' EXIT\nprepare_bootsync '' {quote(name)}\ncommit_bootsync\n)"
