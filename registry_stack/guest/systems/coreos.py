"""CoreOS Container Linux and Flatcar. (Fedora CoreOS is a Fedora.)

Source: "Adding certificate authorities" in Flatcar's and CoreOS's documentation: files in /etc/ssl/certs that end with
.pem are trusted once `update-ca-certificates` has linked them. It always runs systemd.
"""

from pathlib import PurePosixPath

from registry_stack.guest.systems.system import System

SYSTEM = System(
    name="coreos",
    ids=("coreos", "flatcar"),
    folder=PurePosixPath("/etc/ssl/certs"),
    suffix=".pem",
    rebuild="update-ca-certificates",
    bundle=PurePosixPath("/etc/ssl/certs/ca-certificates.crt"),
    restart="systemctl restart {}",
)
