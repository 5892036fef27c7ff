"""Red Hat Enterprise Linux, CentOS, Fedora (CoreOS too), Rocky and Alma.

Source: update-ca-trust(8): PEM files in /etc/pki/ca-trust/source/anchors are trusted once `update-ca-trust extract` has
written /etc/pki/ca-trust/extracted. service(8) of initscripts.
"""

from pathlib import PurePosixPath

from registry_stack.guest.systems.system import System

SYSTEM = System(
    name="rhel",
    ids=("rhel", "centos", "fedora", "rocky", "almalinux"),
    folder=PurePosixPath("/etc/pki/ca-trust/source/anchors"),
    suffix=".crt",
    rebuild="update-ca-trust extract",
    bundle=PurePosixPath("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
    restart="service {} restart",
)
