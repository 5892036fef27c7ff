"""Clients of all systems, as hosts that exist already: trust added, pulls, drift put right, trust removed.

The systems are as real as Debian's packages let them be: tasks/lab/systems.py says what is imitated. An intermediate
authority signs the registry's certificate, and clients get the root alone: they accept it only if the registry serves
the whole chain.
"""

from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Any

import docker
import pytest
from cryptography import x509

from images import names
from images.build import bring_up_to_date
from images.inputs import SYSTEMS
from tasks.lab.systems import SystemHost, network_of_hosts, system_hosts
from tests.authorities import LASTING, Made
from tests.certificates import Authority
from tests.e2e.stack import Stack, container_settings, taken_down
from tests.e2e.systems import Client, drifted, engine_started, on_all, snapshot

NAME = "e2e-systems"
LABELS = {"registry-stack.test": NAME}
SUBNET = "192.168.246"
REFERENCE = "e2e-registry.localdomain"
ENTRY = f"{SUBNET}.3 {REFERENCE}"
IMAGE = f"{REFERENCE}/site:1"
ROOT = Made(**LASTING)
OTHER = Authority("somebody else's").certificate
SIGNER = Made("signer", issuer=ROOT, **LASTING)
# engines by hosts; names of hosts are those of their systems where they don't say otherwise
CLIENTS = {
    **dict.fromkeys(("boot2docker", "debian", "alpine", "rhel", "suse"), "docker"),
    "rhel-podman": "podman",
    "debian-containerd": "containerd",
}
REGISTRY = "e2e-registry"
FOLDER = f"/etc/docker/certs.d/{REFERENCE}"
DRIFT = {
    "boot2docker": f"rm {FOLDER}/given.crt",
    "debian": f"rm {FOLDER}/given.crt",
    "alpine": f"echo altered > {FOLDER}/given.crt",
    "rhel": f"sed -i /{REFERENCE}/d /etc/hosts",
    "suse": f"rm -r {FOLDER}",
    "rhel-podman": f"echo altered > /etc/containers/certs.d/{REFERENCE}/given.crt",
    "debian-containerd": f"rm /etc/containerd/certs.d/{REFERENCE}/hosts.toml",
}
RUN = f"docker pull {IMAGE} && docker tag {IMAGE} stays && docker run -d --restart=always --name stays stays"


def settings(hosts: dict[str, SystemHost], trust: str | None) -> dict[str, Any]:
    """The stack with all clients, which trust that far; without `trust` it has none."""
    document = container_settings(SUBNET, {})
    document["registry"]["machine"] = hosts[REGISTRY].machine
    authority = {"source": "provided", "certificate": SIGNER.pem + ROOT.pem, "privateKey": SIGNER.key_pem}
    clients = [
        {"name": name, "trust": trust, "engine": engine, "host": hosts[name].client}
        for name, engine in CLIENTS.items()
        if trust
    ]
    return {
        **document,
        "certificates": {"authorities": [{"name": "given", **authority}]},
        "clients": clients,
        "workstationTrust": "user" if trust == "engine" else "off",
    }


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, SystemHost]]:
    """Hosts of all systems, and the registry's."""
    systems = {REGISTRY: "machine", **{name: name.split("-")[0] for name in CLIENTS}}
    with closing(docker.from_env(timeout=600)) as engine:
        list(bring_up_to_date(engine, SYSTEMS))
        folder = tmp_path_factory.mktemp("keys")
        with (
            network_of_hosts(engine, NAME, IPv4Network(f"{SUBNET}.0/24"), LABELS) as first,
            system_hosts(engine, NAME, first, systems, folder, LABELS) as started,
        ):
            yield started


@pytest.fixture(scope="module")
def clients(hosts: dict[str, SystemHost]) -> dict[str, Client]:
    """The clients, with certificates of somebody else's."""
    made = {name: Client(hosts[name], engine) for name, engine in CLIENTS.items()}
    on_all(lambda client: client.has_others(OTHER), made)
    return made


@pytest.fixture(scope="module")
def before(clients: dict[str, Client]) -> dict[str, list[str]]:
    """What was on the clients before the program."""
    return on_all(lambda client: snapshot(client.host), clients)


@pytest.fixture(scope="module")
def started(clients: dict[str, Client]) -> dict[str, str]:
    """Since when the engines run."""
    return on_all(engine_started, {name: each for name, each in clients.items() if each.engine == "docker"})


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, hosts: dict[str, SystemHost], before: object, started: object
) -> Iterator[Stack]:
    """The stack, whose clients trust by their engines, and so does a user of the workstation's."""
    assert before
    assert started
    made = Stack.make(NAME, tmp_path_factory.mktemp("systems"), settings(hosts, "engine"))
    made.environment.update(HOME=str(made.folder / "home"), XDG_CONFIG_HOME=str(made.folder / "home" / ".config"))
    with taken_down(made):
        made.up()
        yield made


@pytest.fixture(scope="module")
def digest(stack: object, hosts: dict[str, SystemHost]) -> str:
    """The digest of an image that one of the clients has pushed."""
    assert stack
    return hosts["debian"].push(names.SITE, IMAGE)


@pytest.fixture(scope="module")
def running(clients: dict[str, Client], digest: str) -> dict[str, Client]:
    """The clients with Docker; on each runs a container that is always to be restarted."""
    assert digest
    chosen = {name: client for name, client in clients.items() if client.engine == "docker"}
    on_all(lambda client: client.host.run(RUN), chosen)
    return chosen


def of_the_user(stack: Stack) -> list[Path]:
    """The files by which the engines of the workstation's user trust the registry."""
    return sorted(Path(stack.environment["HOME"]).rglob("*.crt"))


def changes(clients: dict[str, Client], before: dict[str, list[str]]) -> dict[str, set[str]]:
    """What on the clients is not as it was."""
    now = on_all(lambda client: set(snapshot(client.host)), clients)
    return {name: now[name] ^ set(before[name]) for name in now if now[name] != set(before[name])}


def all_pull(clients: dict[str, Client], digest: str) -> None:
    pulled = on_all(lambda client: client.pulls(IMAGE), clients)
    assert [name for name in pulled if digest not in pulled[name]] == []


def test_by_their_engines_alone_they_pull_and_nothing_restarts(
    running: dict[str, Client], clients: dict[str, Client], started: dict[str, str], digest: str
) -> None:
    all_pull(clients, digest)
    assert on_all(engine_started, running) == started


@pytest.mark.usefixtures("stack")
def test_the_whole_chain_is_served_in_its_order(hosts: dict[str, SystemHost]) -> None:
    trusted = f"-verify_return_error -verify_hostname {REFERENCE} -CAfile {FOLDER}/given.crt"
    shown = hosts["debian"].run(f"openssl s_client {trusted} -connect {REFERENCE}:443 -showcerts </dev/null")
    chain = x509.load_pem_x509_certificates(shown.encode())
    for signed, signer in pairwise(chain):
        signed.verify_directly_issued_by(signer)
    assert chain[1] == x509.load_pem_x509_certificate(SIGNER.pem.encode())


def test_the_workstations_user_trusts_by_the_same_certificate(stack: Stack) -> None:
    assert [path.read_text() for path in of_the_user(stack)] == [ROOT.pem] * 3


def test_drift_is_mended(stack: Stack, clients: dict[str, Client], digest: str) -> None:
    for name, damage in DRIFT.items():
        clients[name].host.run(f"sudo sh -ec {quote(damage)}")
    of_the_user(stack)[0].unlink()
    stack.refresh()
    assert drifted(stack) == set(clients)
    stack.up()
    all_pull(clients, digest)
    assert len(of_the_user(stack)) == 3


def test_a_boot2docker_remembers_over_a_reboot(clients: dict[str, Client], digest: str) -> None:
    clients["boot2docker"].host.restart()
    assert digest in clients["boot2docker"].pulls(IMAGE)


def test_clients_that_are_taken_out_are_as_before_and_refuse(
    stack: Stack, hosts: dict[str, SystemHost], clients: dict[str, Client], before: dict[str, list[str]]
) -> None:
    stack.set(settings(hosts, None))
    stack.up()
    assert of_the_user(stack) == []
    assert changes(clients, before) == {}
    on_all(lambda client: client.is_refused(IMAGE, ENTRY), clients)


def test_as_whole_systems_they_pull_after_a_restart_with_their_containers_back(
    stack: Stack, hosts: dict[str, SystemHost], clients: dict[str, Client], running: dict[str, Client], digest: str
) -> None:
    started = on_all(engine_started, running)
    stack.set(settings(hosts, "system"))
    stack.up()
    again = on_all(engine_started, running)
    assert [name for name in running if again[name] == started[name]] == []
    there = on_all(lambda client: client.host.run("docker ps --format '{{.Names}}'").strip(), running)
    assert set(there.values()) == {"stays"}
    # what is left then is the system's own store
    on_all(lambda client: client.host.run(f"sudo rm -r /etc/*/certs.d/{REFERENCE}"), clients)
    all_pull(clients, digest)


def test_drift_of_whole_systems_is_mended(stack: Stack, clients: dict[str, Client], digest: str) -> None:
    on_all(lambda client: client.loses(REFERENCE), clients)
    stack.refresh()
    assert drifted(stack) == set(clients)
    stack.up()
    all_pull(clients, digest)
    stack.refresh("--expect-no-changes")


def test_systems_that_are_taken_out_are_as_before_and_refuse_from_their_next_start_on(
    stack: Stack,
    hosts: dict[str, SystemHost],
    clients: dict[str, Client],
    running: dict[str, Client],
    before: dict[str, list[str]],
) -> None:
    stack.set(settings(hosts, None))
    stack.up()
    assert changes(clients, before) == {}
    on_all(lambda client: client.host.restart(), running)
    on_all(lambda client: client.is_refused(IMAGE, ENTRY), clients)
