"""A machine's life after its creation: whatever happens to it, one `up` after a `refresh` heals it."""

from collections.abc import Iterator

import pytest

from images.names import SITE
from registry_stack.common.waiting import wait_for
from registry_stack.remote.images import copy_image
from registry_stack.remote.ssh import run_script
from tasks.demo.client_engine import engine, pull, remove_image
from tasks.demo.tour import push_site
from tasks.stack.outputs import Client
from tests.e2e.drift import (
    certify,
    cut_the_entry,
    entry,
    expired_certificate,
    foreign_certificate,
    lose_everything,
    lose_power,
    lose_the_address,
    lose_the_entry,
    lose_the_machine,
)
from tests.e2e.stack import Stack, container_settings, left_of, remove_interrupted, taken_down

SUBNET = "192.168.239"
CLIENT = "drift-client"
SECONDS = 60


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted("registry-stack-e2e-drift")
    settings = container_settings(SUBNET, {CLIENT: "engine"})
    made = Stack.make("e2e-drift", tmp_path_factory.mktemp("drift"), settings)
    with taken_down(made):
        made.up()
        push_site(made.outputs().clients[CLIENT], f"{made.outputs().registry}/site")
        yield made


def assert_in_use(stack: Stack) -> None:
    """The client's own engine pulls what has been pushed."""
    outputs = stack.outputs()
    client, repository = outputs.clients[CLIENT], f"{outputs.registry}/site"

    def pulled() -> list[str]:
        with engine(client.engine, client.cert_path) as docker:
            remove_image(docker, f"{repository}:1")
            return pull(docker, repository, "1")

    assert wait_for("the client to pull", pulled, SECONDS)


def heal(stack: Stack) -> None:
    """What a user does. A refresh that can't reach what lives on a machine fails, but has recorded the rest."""
    stack.attempt("refresh", "--yes", "--skip-preview")
    stack.up()
    stack.up("--expect-no-changes")


def bystander(stack: Stack, machine: str, address: str) -> Client:
    """A container on the machine that nobody but docker-machine's user would start again."""
    copy_image(SITE, address, stack.storage / "machines" / machine)
    folder = stack.storage / "machines" / machine
    client = Client(address=address, engine=f"tcp://{address}:2376", certPath=folder, trust="")
    with engine(client.engine, folder) as docker:
        docker.containers.run(SITE, name="bystander", detach=True)
    return client


def test_a_lost_entry_is_recreated_with_all_that_lives_there(stack: Stack) -> None:
    lose_the_entry(stack, "e2e-registry")
    heal(stack)
    assert entry(stack, "e2e-registry").exists()
    assert_in_use(stack)


def test_stopped_machines_are_started_and_a_cut_entry_is_repaired(stack: Stack) -> None:
    before = entry(stack, CLIENT).read_text()
    lose_power(stack, CLIENT)
    lose_power(stack, "e2e-registry")
    cut_the_entry(stack, CLIENT)
    heal(stack)
    assert entry(stack, CLIENT).read_text() == before
    assert_in_use(stack)


def test_foreign_and_expired_certificates_are_regenerated_and_containers_run_again(stack: Stack) -> None:
    outputs = stack.outputs()
    registry = stack.login("e2e-registry", outputs.address)
    client = stack.login(CLIENT, outputs.clients[CLIENT].address)
    other = bystander(stack, "e2e-registry", outputs.address)
    certify(client, expired_certificate(stack, client))
    certify(registry, foreign_certificate(registry))
    run_script(registry, "sudo docker start bystander")
    heal(stack)
    assert_in_use(stack)
    with engine(other.engine, other.cert_path) as docker:
        assert docker.containers.get("bystander").status == "running"


def test_a_machine_off_its_static_address_is_moved_back(stack: Stack) -> None:
    address = stack.outputs().address
    lose_the_address(stack.login("e2e-registry", address), f"{SUBNET}.100")
    heal(stack)
    assert_in_use(stack)


def test_a_registry_machine_that_is_lost_with_its_disk_is_recreated(stack: Stack) -> None:
    lose_the_machine(stack, "e2e-registry")
    heal(stack)
    push_site(stack.outputs().clients[CLIENT], f"{stack.outputs().registry}/site")
    assert_in_use(stack)


def test_with_all_lost_but_the_state_everything_is_recreated(stack: Stack) -> None:
    lose_everything(stack)
    done = stack.attempt("refresh", "--yes", "--skip-preview")
    assert "Traceback" not in done.stdout
    heal(stack)
    push_site(stack.outputs().clients[CLIENT], f"{stack.outputs().registry}/site")
    assert_in_use(stack)


def test_other_machines_bring_all_along(stack: Stack) -> None:
    settings = container_settings(SUBNET, {CLIENT: "engine"})
    settings["registry"]["machine"]["options"]["container-address"] = f"{SUBNET}.110"
    settings["clients"][0]["machine"]["options"]["container-address"] = f"{SUBNET}.111"
    stack.set(settings)
    stack.up()
    stack.up("--expect-no-changes")
    push_site(stack.outputs().clients[CLIENT], f"{stack.outputs().registry}/site")
    assert_in_use(stack)


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []
