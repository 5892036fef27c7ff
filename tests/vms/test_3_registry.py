"""A registry on a host of the generic driver, and a client by `host`: from nothing, over power cuts, to nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.common.waiting import wait_until
from registry_stack.registry.restart import CONTAINER, LABEL
from tasks.lab.vms.machine import INTERFACE, VirtualMachine
from tasks.lab.vms.network import GATEWAY, PROBE, SUBNET, address_of
from tests.e2e.stack import Stack
from tests.vms.conftest import Boot
from tests.vms.networks import NETWORKS

NAME, REGISTRY, CLIENT = "vms", "vms-registry", "vms-client"
REFERENCE = f"{REGISTRY}.localdomain"
ADDRESS = str(SUBNET[140])
# as small as an image can be that runs, with something that no other has
IMPORT = (
    "date +%N >/tmp/unique; tar -ch -C / tmp/unique usr/bin/sleep lib64/ld-linux-x86-64.so.2 "
    "lib/x86_64-linux-gnu/libc.so.6 | docker import --change 'ENV PATH=/usr/bin' -"
)
SECONDS = 300
# what docker-machine and the engine have on a host, and keep there
_THEIRS = (
    *("/etc/docker", "/etc/hostname", "/etc/hosts", "/etc/systemd/system/docker.service.d", "/etc/ld.so.cache"),
    *("/etc/systemd/system/multi-user.target.wants/docker.service", "/etc/machine-id"),
)


class Slow(Stack):
    """A stack whose machines take their time, as they are emulated."""

    def set(self, settings: dict[str, Any]) -> None:
        super().set({"dockerMachine": {"storage": str(self.storage), "deadline": 600}, **settings})


@pytest.fixture(scope="module")
def registry(boot: Boot) -> VirtualMachine:
    return boot(REGISTRY, 40, NETWORKS["networkd-dhcp"])


@pytest.fixture(scope="module")
def client(boot: Boot) -> VirtualMachine:
    return boot(CLIENT, 41, NETWORKS["ifupdown-dhcp"])


@pytest.fixture(scope="module")
def untouched(registry: VirtualMachine, client: VirtualMachine) -> dict[str, str]:
    """What is on both before anybody has been there; a container runs on the client."""
    client.run_as_root(f"{IMPORT} bystander; docker run -d --restart always --name bystander bystander sleep 86400")
    return {machine.name: everything(machine) for machine in (registry, client)}


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    registry: VirtualMachine,
    client: VirtualMachine,
    untouched: dict[str, str],
) -> Iterator[Stack]:
    assert untouched
    made = Slow.make(NAME, tmp_path_factory.mktemp("stack"), settings(registry, client))
    yield made
    made.attempt("destroy", "--yes", "--skip-preview")


def settings(
    registry: VirtualMachine, client: VirtualMachine, trust: str = "engine", port: int = 443
) -> dict[str, Any]:
    first = {**registry.machine["options"], "generic-ip-address": str(address_of(registry.number))}
    return {
        "network": {"subnet": str(SUBNET), "gateway": str(GATEWAY), "interface": INTERFACE},
        "registry": {
            "name": REGISTRY,
            "address": ADDRESS,
            "port": port,
            "image": "registry-stack/registry:2",
            "imageFrom": "workstation",
            "machine": {**registry.machine, "options": first},
        },
        "clients": [{"name": CLIENT, "trust": trust, "host": client.host}],
    }


def everything(machine: VirtualMachine) -> str:
    """Every file below /etc and /usr/local with its content, those of others left out, and the address."""
    left_out = "\\|".join(f"^{path}" for path in _THEIRS)
    return machine.run_as_root(
        f"""find /etc /usr/local -type f -exec sha256sum {{}} + | sed 's/\\([^ ]*\\)  \\(.*\\)/\\2 \\1/' | sort |
        grep -v '{left_out}'; ls -d /var/lib/boot2docker 2>/dev/null || true
        docker ps --all --format '{{{{.Names}}}} {{{{.State}}}}' | sort
        ip -4 -o address show dev {INTERFACE} | sed 's/.* inet \\([^ ]*\\).*/\\1/'"""
    )


def push(client: VirtualMachine, tag: str) -> str:
    """Pushes an image that nobody has had before; returns its digest once the registry has acknowledged it."""
    image = f"{REFERENCE}/thing:{tag}"
    said = client.run_as_root(f"{IMPORT} {image} >/dev/null; docker push {image}", seconds=SECONDS)
    return said.split("digest: ")[1].split()[0]


def pulls(client: VirtualMachine, tag: str, digest: str) -> bool:
    image = f"{REFERENCE}/thing:{tag}"
    said = client.run_as_root(f"docker image rm {image} >/dev/null 2>&1 || true; docker pull {image}", seconds=SECONDS)
    return digest in said


def wait_for_registry(client: VirtualMachine) -> None:
    ask = f"curl --silent --insecure --fail --connect-timeout 5 https://{ADDRESS}/v2/"

    def answers() -> bool:
        client.run(ask)
        return True

    wait_until("the registry", answers, SECONDS, failures=(CommandError,), pause=2)


def test_somebody_elses_registry_is_named_and_the_host_is_not_broken(stack: Stack, registry: VirtualMachine) -> None:
    registry.run_as_root(f"{IMPORT} theirs; docker run -d --restart always --name {CONTAINER} theirs sleep 86400")
    done = stack.attempt("up", "--yes", "--skip-preview")
    registry.address = ADDRESS
    assert done.returncode != 0, done.stdout
    assert "already has a container named registry (of the image theirs), which no stack" in done.stdout
    state = registry.run_as_root(f"docker inspect --format '{{{{.State.Status}}}}' {CONTAINER}").strip()
    assert state == "running"
    registry.run_as_root(f"docker rm --force {CONTAINER}; docker image rm theirs")


def test_a_hosts_own_docker_serves(stack: Stack, registry: VirtualMachine) -> None:
    stack.up()
    assert registry.run("stat -c %a /etc/docker/server-key.pem").strip() == "600"
    assert registry.run(f"getent hosts {PROBE}").split()[0] == str(GATEWAY)


def test_what_up_has_done_is_on_disk(stack: Stack, registry: VirtualMachine, client: VirtualMachine) -> None:
    registry.cut_power()
    registry.start()
    registry.wait()
    wait_for_registry(client)
    stack.up("--refresh", "--expect-no-changes")


@pytest.mark.usefixtures("stack")
def test_an_acknowledged_push_survives_a_power_cut(registry: VirtualMachine, client: VirtualMachine) -> None:
    digest = push(client, "cut")
    registry.cut_power()
    registry.start()
    wait_for_registry(client)
    assert pulls(client, "cut", digest)


@pytest.mark.usefixtures("stack")
def test_a_reboot_changes_nothing(registry: VirtualMachine, client: VirtualMachine) -> None:
    digest = push(client, "reboot")
    registry.reboot()
    wait_for_registry(client)
    assert pulls(client, "reboot", digest)


def test_a_client_of_the_whole_system_restarts_its_engine_and_its_containers_run_again(
    stack: Stack, registry: VirtualMachine, client: VirtualMachine
) -> None:
    before = client.run("systemctl show --property=ActiveEnterTimestampMonotonic docker")
    stack.set(settings(registry, client, trust="system"))
    stack.up()
    assert client.run("systemctl show --property=ActiveEnterTimestampMonotonic docker") != before
    running = client.run_as_root("docker inspect --format '{{.State.Running}}' bystander").strip()
    assert running == "true"
    client.run_as_root("systemctl restart docker")
    assert pulls(client, "system", push(client, "system"))


def test_up_a_moment_after_the_boot_waits_for_the_engine(
    stack: Stack, registry: VirtualMachine, client: VirtualMachine
) -> None:
    stack.set(settings(registry, client, trust="system", port=5443))
    registry.cut_power()
    registry.start()

    def ssh() -> bool:
        registry.run("true")
        return True

    wait_until("the machine's SSH", ssh, SECONDS)
    stack.up()
    stack.set(settings(registry, client, trust="system"))
    stack.up()


def test_destroy_leaves_nothing_of_ours(
    stack: Stack, registry: VirtualMachine, client: VirtualMachine, untouched: dict[str, str]
) -> None:
    stack.destroy()
    registry.address = str(address_of(registry.number))
    registry.wait()
    client.run_as_root(f"docker image rm $(docker images --quiet {REFERENCE}/thing) >/dev/null")
    for machine in (registry, client):
        assert everything(machine).splitlines() == untouched[machine.name].splitlines()


def test_what_an_earlier_stack_left_is_replaced(stack: Stack, registry: VirtualMachine, client: VirtualMachine) -> None:
    registry.run_as_root(
        f"{IMPORT} left; docker run -d --restart always --name {CONTAINER} --label {LABEL}=old left sleep 86400"
    )
    stack.up()
    registry.address = ADDRESS
    assert pulls(client, "again", push(client, "again"))
    stack.destroy()
    registry.address = str(address_of(registry.number))
    registry.wait()
