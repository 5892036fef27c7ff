"""SUSE Linux Enterprise and openSUSE.

Source: update-ca-certificates(8) and the README of openSUSE's ca-certificates: PEM files in /etc/pki/trust/anchors are
trusted; /etc/ssl/ca-bundle.pem leads to the store in /var/lib/ca-certificates. service(8) of aaa_base.
"""

from pathlib import PurePosixPath

from registry_stack.guest.systems.system import System

SYSTEM = System(
    name="suse",
    ids=("suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles", "sled", "sle-micro"),
    folder=PurePosixPath("/etc/pki/trust/anchors"),
    suffix=".pem",
    rebuild="update-ca-certificates",
    bundle=PurePosixPath("/etc/ssl/ca-bundle.pem"),
    restart="service {} restart",
)
