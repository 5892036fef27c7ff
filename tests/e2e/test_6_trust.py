"""Clients' trust over its life, on a machine of docker-machine's and on a host that exists already."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from registry_stack.common.errors import CommandError, DeadlineError, RegistryError
from registry_stack.common.waiting import wait_for
from registry_stack.guest.engines import ENGINES
from registry_stack.remote.login import Login
from registry_stack.remote.reboot import reboot
from registry_stack.remote.ssh import run_as_root, run_script
from registry_stack.trust.client import TrustClient
from tasks.demo.tour import pull_site, push_site
from tests.e2e.hosts import Hosts, hosts
from tests.e2e.stack import Stack, container_settings, left_of, taken_down

NAME, SUBNET = "e2e-trust", "192.168.248"
REGISTRY, MACHINE, HOST = "trust-registry", "trust-machine", "trust-host"
REFERENCE = f"{REGISTRY}.localdomain"
COPY = f"/etc/docker/certs.d/{REFERENCE}/authority.crt"
ANCHOR = f"/var/lib/boot2docker/certs/{REFERENCE}-authority.pem"
PLACES = "/etc/docker/certs.d /etc/hosts /var/lib/boot2docker/*certs* /var/lib/boot2docker/bootsync.sh"
FORGET = "sed -i /registry-stack/d /etc/hosts"
SECONDS = 60


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    folder = tmp_path_factory.mktemp("hosts")
    with hosts(NAME, SUBNET, [REGISTRY, MACHINE, HOST], folder, with_engine=[HOST]) as started:
        yield started


@pytest.fixture(scope="module")
def untouched(there: Hosts) -> str:
    """What is on the host before the program was there. A container runs, which only its user would start again."""
    image = "tar -c -C / usr/bin/busybox | docker import - bystander"
    run_as_root(login(there), f"{image}; docker run -d --name bystander bystander busybox sleep 86400")
    return everything(login(there))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, there: Hosts, untouched: str) -> Iterator[Stack]:
    assert untouched
    made = Stack.make(NAME, tmp_path_factory.mktemp("trust"), settings(there))
    with taken_down(made):
        made.up()
        push_site(made.outputs().clients[MACHINE], f"{REFERENCE}/site")
        yield made


def settings(there: Hosts, clients: tuple[str, ...] = (MACHINE, HOST)) -> dict[str, Any]:
    document = container_settings(SUBNET, {})
    machines = {
        name: {"driver": "generic", "hostKey": there.host_keys[name], "options": there.options(name)}
        for name in (REGISTRY, MACHINE)
    }
    host = {"address": there.addresses[HOST], "user": "docker", "key": str(there.key), "hostKey": there.host_keys[HOST]}
    known = {
        MACHINE: {"name": MACHINE, "trust": "engine", "machine": machines[MACHINE]},
        HOST: {"name": HOST, "trust": "system", "host": host},
    }
    document["registry"] |= {"name": REGISTRY, "machine": machines[REGISTRY]}
    return {**document, "clients": [known[name] for name in clients]}


def login(there: Hosts) -> Login:
    return Login(there.addresses[HOST], "docker", None, there.host_keys[HOST], key_file=str(there.key))


def reaches(name: str, to: Login) -> bool:
    """Whether the engine reaches the registry right now."""
    try:
        TrustClient(name, to).wait_until_reached(ENGINES["docker"], REFERENCE, 0)
    except (RegistryError, DeadlineError):
        return False
    return True


def everything(to: Login) -> str:
    """Every folder, file and content where trust may leave something, and the system's trust store."""
    script = f"""find {PLACES} 2>/dev/null | sort | while read -r each; do
        if [ -d "$each" ]; then echo "$each"; else sha256sum "$each"; fi; done
        sha256sum /etc/ssl/certs/ca-certificates.crt"""
    return run_as_root(to, script)


def pull(to: Login) -> str:
    return run_as_root(to, f"docker rmi {REFERENCE}/site:1 >/dev/null 2>&1 || true; docker pull {REFERENCE}/site:1")


def all_pull(stack: Stack, there: Hosts) -> None:
    client = stack.outputs().clients[MACHINE]
    digest = push_site(client, f"{REFERENCE}/site")
    pull_site(client, f"{REFERENCE}/site", digest)
    assert digest in pull(login(there))


def test_a_host_needs_no_docker_machine(stack: Stack, there: Hosts) -> None:
    assert json.loads(stack.output())["clients"][HOST] == {
        "address": there.addresses[HOST],
        "ssh": f"ssh://docker@{there.addresses[HOST]}:22",
        "trust": "system",
    }
    assert not (stack.storage / "machines" / HOST).exists()
    all_pull(stack, there)
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")


@pytest.mark.usefixtures("stack")
def test_what_ran_before_the_engines_restart_runs_again(there: Hosts) -> None:
    running = run_as_root(login(there), "docker inspect --format {{.State.Running}} bystander")
    assert running.strip() == "true"


@pytest.mark.usefixtures("stack")
def test_a_whole_system_trusts_the_authority_for_any_name(there: Hosts) -> None:
    TrustClient(HOST, login(there)).wait_until_reached(ENGINES["docker"], f"{SUBNET}.3", 0)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (f"{SUBNET}.3", "does not trust the authority that signed the registry's certificate: .*unknown authority"),
        ("other.localdomain", "the registry's certificate is for other names: .*certificate is valid for"),
        (f"{REFERENCE}:444", "nothing listens there: .*connection refused"),
        (f"{SUBNET}.250", "it can't reach the registry's address: "),
        ("no-such-name.localdomain", "it can't resolve the registry's name: "),
    ],
)
def test_an_engines_own_words(stack: Stack, reference: str, said: str, there: Hosts) -> None:
    """Only the names have a folder with the authority: the engine trusts it for no other name."""
    client, folder = stack.login(MACHINE, there.addresses[MACHINE]), "/etc/docker/certs.d/other.localdomain"
    name = f"{SUBNET}.3 other.localdomain"
    run_as_root(client, f"mkdir -p {folder}; cp {COPY} {folder}/; echo {name} >> /etc/hosts")
    try:
        with pytest.raises((RegistryError, DeadlineError), match=said):
            TrustClient(MACHINE, client).wait_until_reached(ENGINES["docker"], reference, 0)
    finally:
        run_as_root(client, f"rm -r {folder}; sed -i '/{name}/d' /etc/hosts")


def test_trust_is_there_after_a_reboot(stack: Stack, there: Hosts) -> None:
    before = everything(login(there))
    reboot(login(there), there.addresses[HOST], SECONDS)
    assert wait_for("the host to pull", lambda: pull(login(there)), SECONDS, failures=(OSError, CommandError))
    assert everything(login(there)) == before
    stack.refresh("--expect-no-changes")


def test_what_is_deleted_or_altered_is_mended(stack: Stack, there: Hosts) -> None:
    before = everything(login(there))
    machine = stack.login(MACHINE, there.addresses[MACHINE])
    run_as_root(machine, f"rm {COPY}; {FORGET}")
    run_as_root(login(there), f"echo altered >> {ANCHOR}; echo altered > {COPY}; {FORGET}")
    # an engine may know the names of the hosts file for some seconds more
    wait_for("the host's engine to notice", lambda: not reaches(HOST, login(there)) or None, SECONDS)
    stack.refresh()
    state = stack.export()
    assert f"{COPY} is missing" in state
    assert f"{ANCHOR} is altered" in state
    assert state.count(" does not reach ") == 2
    stack.up()
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert everything(login(there)) == before
    all_pull(stack, there)


def test_clients_follow_another_authority(stack: Stack, there: Hosts) -> None:
    before = stack.outputs().ca_certificate
    boot = run_script(login(there), "cat /proc/sys/kernel/random/boot_id")
    stack.up("--replace", stack.urn("authority-key"))
    after = stack.outputs().ca_certificate
    assert after != before
    for to in (login(there), stack.login(MACHINE, there.addresses[MACHINE])):
        assert run_script(to, f"cat {COPY}").strip() == after.strip()
    assert run_script(login(there), "cat /proc/sys/kernel/random/boot_id") == boot, "no restart"
    all_pull(stack, there)
    stack.up("--expect-no-changes")


def test_a_client_that_is_taken_out_is_as_it_was(stack: Stack, there: Hosts, untouched: str) -> None:
    stack.set(settings(there, clients=(MACHINE,)))
    stack.up()
    assert everything(login(there)) == untouched
    with pytest.raises(CommandError, match=r"no such host|server misbehaving|name resolution"):
        pull(login(there))
    stack.set(settings(there))
    stack.up()
    all_pull(stack, there)


def test_destroy_leaves_the_host_as_it_was(stack: Stack, there: Hosts, untouched: str) -> None:
    stack.destroy()
    assert left_of(stack) == []
    assert everything(login(there)) == untouched
    assert there.is_running(HOST)
