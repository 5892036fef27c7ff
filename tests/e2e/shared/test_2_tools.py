"""The usual tools, as Debian packages them: each accepts the registry with the authority, and refuses it without."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from ipaddress import IPv4Address

import docker
import pytest

from images.build import bring_up_to_date
from images.inputs import SYSTEMS
from registry_stack.common.errors import CommandError
from registry_stack.common.waiting import wait_for
from registry_stack.remote.local_engine import OWNER
from tasks.lab.systems import SystemHost, system_hosts
from tasks.stack.outputs import Outputs
from tests.e2e.shared.conftest import SUBNET
from tests.e2e.stack import Stack

SECONDS = 20
OPENSSL = "openssl s_client -verify_return_error -verify_hostname $REGISTRY -connect $REGISTRY:443"
DOCKER_TRUSTS = "sudo mkdir -p $FOLDER && sudo cp ca.pem $FOLDER/ca.crt && docker pull $IMAGE && sudo rm -r $FOLDER"
# with the authority, and without
CALLS = {
    "curl": ("curl -sS --fail --cacert ca.pem https://$REGISTRY/v2/", "curl -sS https://$REGISTRY/v2/"),
    "openssl": (f"{OPENSSL} -CAfile ca.pem </dev/null", f"{OPENSSL} </dev/null"),
    "skopeo": ("skopeo inspect --cert-dir certs docker://$IMAGE", "skopeo inspect docker://$IMAGE"),
    "podman": ("sudo podman pull --cert-dir certs $IMAGE", "sudo podman pull $IMAGE"),
    "ctr": ("sudo ctr images pull --hosts-dir hosts $IMAGE", "sudo ctr images pull $IMAGE"),
    "docker": (DOCKER_TRUSTS, "docker pull $IMAGE"),
}
UNTRUSTED = "unknown authority|unable to get local issuer certificate|self-signed certificate in certificate chain"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, stack: Stack, outputs: Outputs) -> Iterator[SystemHost]:
    """A Debian in the stack's network that finds the registry but trusts no authority for it; it has the authority's
    file."""
    with closing(docker.from_env(timeout=600)) as engine:
        list(bring_up_to_date(engine, SYSTEMS))
        first, folder = IPv4Address(f"{SUBNET}.50"), tmp_path_factory.mktemp("tools")
        with system_hosts(engine, stack.owner, first, {"tools": "debian"}, folder, {OWNER: stack.owner}) as started:
            tools = started["tools"]
            place = f"hosts/{outputs.registry}"
            tools.run(f"mkdir -p certs {place} && tee ca.pem certs/ca.crt {place}/ca.pem", outputs.ca_certificate)
            tools.run(f"tee {place}/hosts.toml", f'[host."{outputs.url}"]\nca = "ca.pem"\n')
            tools.run(f"echo {outputs.address} {outputs.registry} | sudo tee -a /etc/hosts")
            wait_for("the engine to reread the hosts file", partial(_finds, tools, outputs.registry), SECONDS)
            yield tools


def _finds(host: SystemHost, registry: str) -> bool | None:
    """Whether the host's engine finds the registry: Go's programs look into the hosts file every five seconds."""
    return "no such host" not in host.run(f"docker pull {registry}/none 2>&1 || true") or None


@pytest.mark.parametrize("tool", CALLS)
def test_accepts_the_registry_with_the_authority_and_refuses_it_without(
    host: SystemHost, outputs: Outputs, image: tuple[str, str], tool: str
) -> None:
    folder = f"/etc/docker/certs.d/{outputs.registry}"
    known = f"REGISTRY={outputs.registry} IMAGE={':'.join(image)} FOLDER={folder}; "
    accepts, refuses = CALLS[tool]
    host.run(known + accepts)
    with pytest.raises(CommandError, match=UNTRUSTED):
        host.run(known + refuses)


def test_python_accepts_the_registry_with_the_authority_and_refuses_it_without(outputs: Outputs) -> None:
    def handshake(context: ssl.SSLContext) -> None:
        with (
            socket.create_connection((outputs.address, 443), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=outputs.registry),
        ):
            pass

    handshake(ssl.create_default_context(cadata=outputs.ca_certificate))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(ssl.create_default_context())
