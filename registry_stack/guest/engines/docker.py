"""Docker.

Source: "Verify repository client with certificates" in Docker's documentation: every *.crt in the registry's folder of
/etc/docker/certs.d is an authority, read with each request.
"""

from pathlib import PurePosixPath

from registry_stack.guest.engines.engine import Engine

ENGINE = Engine(
    name="docker",
    folder=PurePosixPath("/etc/docker/certs.d"),
    request="docker pull {}",
    answers="docker version",
    service="docker",
    running="docker ps --quiet --no-trunc",
    resume='if docker inspect --type container "$each" >/dev/null 2>&1; then docker start "$each" >/dev/null; fi',
)
