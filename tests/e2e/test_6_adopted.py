"""Hosts that exist already: taken over by the generic driver, adopted from docker-machine's store, and kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry_stack.remote.login import Login
from registry_stack.remote.ssh import run_script
from tasks.demo.tour import pull_site, push_site
from tests.e2e.drift import certificate_shown, docker_machine, entry, names_certified, serial
from tests.e2e.hosts import Hosts, hosts
from tests.e2e.stack import Stack, container_settings, left_of, taken_down

NAME = "e2e-adopted"
SUBNET = "192.168.242"
REGISTRY, KEPT, REMOVED = "generic-registry", "kept-client", "removed-client"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with hosts(NAME, SUBNET, [REGISTRY, KEPT, REMOVED], tmp_path_factory.mktemp("hosts")) as started:
        yield started


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, machines: Hosts) -> Iterator[Stack]:
    """A stack of those hosts; docker-machine has the clients already."""
    made = Stack.make(NAME, tmp_path_factory.mktemp("adopted"), settings(machines))
    tool = docker_machine(made)
    with taken_down(made), (made.folder / "lock").open("w") as lock:
        for name in (KEPT, REMOVED):
            tool.create(name, "generic", machines.options(name), lock=lock.fileno())
        yield made


def settings(machines: Hosts, **registry: Any) -> dict[str, Any]:
    """The registry's options can be added to; the clients are adopted."""
    document = container_settings(SUBNET, {KEPT: "engine", REMOVED: "system"})
    document["registry"] |= {"name": REGISTRY, "machine": machine(machines, REGISTRY, **registry)}
    kept, removed = document["clients"]
    kept["machine"] = {"adopt": True}
    removed["machine"] = {"adopt": True, "onDestroy": "remove"}
    return document


def machine(machines: Hosts, name: str, **options: Any) -> dict[str, Any]:
    return {
        "driver": "generic",
        "hostKey": machines.host_keys[name],
        "options": {**machines.options(name), **options},
    }


def test_an_unknown_option_is_refused_in_the_preview(stack: Stack, machines: Hosts) -> None:
    stack.set(settings(machines, **{"generic-ssh-usr": "docker"}))
    done = stack.attempt("preview")
    stack.set(settings(machines))
    assert done.returncode
    assert "generic-ssh-usr" in done.stdout
    assert "did you mean generic-ssh-user?" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_name_that_is_taken_is_refused(stack: Stack, machines: Hosts) -> None:
    before = entry(stack, KEPT).read_bytes(), certificate_shown(machines.addresses[KEPT])
    not_adopting = settings(machines)
    not_adopting["clients"][0]["machine"] = machine(machines, KEPT)
    stack.set(not_adopting)
    done = stack.attempt("up", "--yes", "--skip-preview")
    stack.set(settings(machines))
    assert done.returncode
    assert f"docker-machine already has a machine named {KEPT}" in done.stdout
    assert "adopt: true" in done.stdout
    assert "Traceback" not in done.stdout
    assert (entry(stack, KEPT).read_bytes(), certificate_shown(machines.addresses[KEPT])) == before


def test_adopted_clients_trust_the_registry(stack: Stack) -> None:
    stack.up()
    outputs = stack.outputs()
    repository = f"{outputs.registry}/site"
    digest = push_site(outputs.clients[KEPT], repository)
    pull_site(outputs.clients[REMOVED], repository, digest)
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")


def test_another_name_is_taken_over_in_place(stack: Stack, machines: Hosts) -> None:
    before = serial(stack, REGISTRY)
    stack.set(settings(machines, **{"tls-san": ["engine.example"]}))
    stack.up()
    assert serial(stack, REGISTRY) == before
    assert "engine.example" in names_certified(stack.outputs().address)
    stack.up("--expect-no-changes")


def test_destroy_keeps_what_was_adopted_unless_told_otherwise(stack: Stack, machines: Hosts) -> None:
    kept_login = Login(machines.addresses[KEPT], "docker", None, machines.host_keys[KEPT], key_file=str(machines.key))
    files = "ls /etc/docker/certs.d/*/*.crt || true"
    trusting = f"{files}; grep registry-stack /etc/hosts /var/lib/boot2docker/bootsync.sh || true"
    assert len(run_script(kept_login, trusting).splitlines()) == 3
    stack.destroy()
    assert run_script(kept_login, trusting) == "", "what is on a machine that stays is taken away"
    kept = stack.storage / "machines" / KEPT
    assert [each for each in left_of(stack) if not Path(each).is_relative_to(kept)] == []
    assert entry(stack, KEPT).exists()
    assert all(map(machines.is_running, (KEPT, REMOVED)))
    docker_machine(stack).inspect(KEPT)
