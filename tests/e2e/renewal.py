"""A stack whose registry gets other certificates, and what has to stay as it is meanwhile."""

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from registry_stack.certificates.fingerprints import fetch_sha256
from registry_stack.guest.scripts import write_file
from registry_stack.registry.configuration import CERTIFICATE, KEPT_CERTIFICATES, KEY
from registry_stack.remote.ssh import connect, run_as_root, run_script
from tasks.stack.outputs import Outputs
from tests.certificates import Issued
from tests.e2e.stack import Stack, container_settings

REGISTRY, PUSHER, PULLER = "e2e-registry", "renewal-pusher", "renewal-puller"
SECONDS = 30
_RULES = "iptables -t mangle -S | grep -e --dport || true"


@dataclass(frozen=True)
class Change:
    """What `makes` does to a stack in one `up`, and whether the registry serves another certificate afterwards."""

    name: str
    makes: Callable[[Stack], None]
    renews: bool = True


def settings(
    subnet: str, *, known_as: Sequence[str] = (), authorities: Sequence[str] = ("authority",)
) -> dict[str, Any]:
    """Settings of a registry with a client of each kind of trust."""
    document = container_settings(subnet, {PUSHER: "engine", PULLER: "system"})
    document["registry"]["alsoKnownAs"] = list(known_as)
    return {**document, "certificates": {"authorities": [{"name": each} for each in authorities]}}


def changes(subnet: str, old: str = "authority", new: str = "next") -> list[Change]:
    """A renewal, names that come and go, and the rotation of the authority `old` to `new` in three steps."""

    def to(authorities: Sequence[str], *known_as: str) -> Callable[[Stack], None]:
        return partial(_set, document=settings(subnet, known_as=known_as, authorities=authorities))

    return [
        Change("a renewal", renew),
        Change("names added", to([old], "renewed.example", f"{subnet}.77")),
        Change("names removed", to([old])),
        Change("both authorities trusted", to([old, new]), renews=False),
        Change("the new one signs", to([new, old])),
        Change("the old one dropped", to([new]), renews=False),
    ]


def _set(stack: Stack, document: dict[str, Any]) -> None:
    stack.set(document)
    stack.up()


def renew(stack: Stack) -> None:
    """Another certificate for the same names, as when its time has come."""
    stack.up("--replace", stack.urn("certificate-certificate"))


def served(stack: Stack) -> str:
    """The fingerprint of the certificate that the registry serves."""
    return fetch_sha256(stack.outputs().address, 443)


def serve_another(stack: Stack, issued: Issued) -> None:
    """What somebody on the registry's machine could do."""
    with connect(stack.login(REGISTRY, stack.outputs().address)) as shell:
        for file, content in ((CERTIFICATE, issued.certificate), (KEY, issued.key)):
            shell.run_as_root(write_file(KEPT_CERTIFICATES / file, mode="600"), stdin=content)
        shell.run("sudo docker restart registry")


def upload(outputs: Outputs, method: str, path: str, content: bytes = b"") -> tuple[int, str]:
    """A request of an upload: the status of its answer, and the path where the upload goes on.

    Source: distribution's HTTP API V2, "Pushing a Layer".
    """
    context = ssl.create_default_context(cadata=outputs.ca_certificate)
    with (
        socket.create_connection((outputs.address, 443), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=outputs.registry) as secured,
    ):
        connection = http.client.HTTPConnection(outputs.registry)
        connection.sock = secured
        connection.request(method, path, content)
        answer = connection.getresponse()
        following = urlsplit(answer.getheader("Location", ""))
        return answer.status, f"{following.path}?{following.query}"


def lives(stack: Stack) -> list[str]:
    """Changes when a client or its engine is restarted, or the registry's container is replaced."""
    outputs = stack.outputs()
    alive = "cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/$(pidof dockerd)/stat"
    clients = [run_script(stack.login(name, each.address), alive) for name, each in outputs.clients.items()]
    container = "sudo docker inspect --format '{{.Id}}' registry"
    return [*clients, run_script(stack.login(REGISTRY, outputs.address), container)]


def turned_away(stack: Stack) -> str:
    """The rules of the firewall on the registry's machine that keep clients away, if any."""
    return run_as_root(stack.login(REGISTRY, stack.outputs().address), _RULES)
