"""Boot2Docker: what persists, and bootsync.sh, which it runs at every boot before it starts its engine.

Source: the boot scripts of boot2docker/boot2docker, v19.03. Its root lives in memory; only /var/lib/boot2docker and
Docker's own data stay. Certificates in CERTIFICATES are installed into the system's trust store at boot.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

PERSISTENT = PurePosixPath("/var/lib/boot2docker")
CERTIFICATES = PERSISTENT / "certs"
BOOTSYNC = PERSISTENT / "bootsync.sh"
STATIC_ADDRESS = "static address"


def static_address(address: IPv4Address, subnet: IPv4Network, gateway: IPv4Address, interface: str) -> list[str]:
    """The guide's three lines: no DHCP, the address, the route."""
    return [
        f"kill $(cat /var/run/udhcpc.{interface}.pid)",
        f"ifconfig {interface} {address} netmask {subnet.netmask} broadcast {subnet.broadcast_address} up",
        f"route add default gw {gateway}",
    ]


def renew_engine() -> str:
    """Starts an engine that does not listen as on a new machine, without what docker-machine has told it so far."""
    written = " ".join(str(PERSISTENT / file) for file in ("profile", "ca.pem", "server.pem"))
    return (
        "grep -q '^ID=boot2docker' /etc/os-release || exit 0; if netstat -ltn | grep -q ':2376 '; then exit 0; fi; "
        # the key's file stays, for docker-machine keeps the mode of one that is there
        f"/etc/init.d/docker stop || true; rm -f {written}; : > {PERSISTENT}/server-key.pem; /etc/init.d/docker start"
    )


def block(part: str, lines: Sequence[str]) -> str:
    """A part of bootsync.sh, marked with its name so that it can be told from the others."""
    return "\n".join([f"# >>> {part}", *lines, f"# <<< {part}", ""])


def install_block(part: str) -> str:
    """Makes standard input, which is the block of that name, a part of bootsync.sh; other parts stay as they are."""
    return _rewrite(f"{_without(part)}; cat")


def remove_block(part: str) -> str:
    """Takes the block of that name out of bootsync.sh."""
    return _rewrite(_without(part))


def withdraw_block(part: str) -> str:
    """The same, and the script goes too if nothing else is in it."""
    return f"{remove_block(part)}; [ \"$(cat {BOOTSYNC})\" != '#!/bin/sh' ] || rm {BOOTSYNC}"


def _without(part: str) -> str:
    name = part.replace(".", "[.]")
    # the echo ends a last line that nobody ended; the empty line that it else makes is taken away again
    return f"{{ cat {BOOTSYNC}; echo; }} | sed '/^# >>> {name}$/,/^# <<< {name}$/d; ${{/^$/d;}}'"


def _rewrite(commands: str) -> str:
    return (
        f"[ -e {BOOTSYNC} ] || echo '#!/bin/sh' > {BOOTSYNC}; "
        f"{{ {commands}; }} > {BOOTSYNC}.new; chmod 755 {BOOTSYNC}.new; mv {BOOTSYNC}.new {BOOTSYNC}"
    )
