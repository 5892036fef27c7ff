"""Podman, which has no daemon: each of its commands reads the trust stores itself.

Source: containers-certs.d(5): every *.crt in the registry's folder of /etc/containers/certs.d is an authority.
"""

from pathlib import PurePosixPath

from registry_stack.guest.engines.engine import Engine

ENGINE = Engine(
    name="podman",
    folder=PurePosixPath("/etc/containers/certs.d"),
    request="podman pull {}",
    answers="podman version",
)
