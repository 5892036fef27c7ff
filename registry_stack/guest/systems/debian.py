"""Debian, Ubuntu and their derivatives.

Source: update-ca-certificates(8) of Debian's ca-certificates: files in /usr/local/share/ca-certificates that end with
.crt are trusted; `--fresh` takes the links to removed ones out of /etc/ssl/certs. service(8) of init-system-helpers.
"""

from pathlib import PurePosixPath

from registry_stack.guest.systems.system import System

SYSTEM = System(
    name="debian",
    ids=("debian", "ubuntu"),
    folder=PurePosixPath("/usr/local/share/ca-certificates"),
    suffix=".crt",
    rebuild="update-ca-certificates",
    rebuild_without="update-ca-certificates --fresh",
    bundle=PurePosixPath("/etc/ssl/certs/ca-certificates.crt"),
    restart="service {} restart",
)
