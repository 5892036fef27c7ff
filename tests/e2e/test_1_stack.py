"""The main job, end to end, on a stack with a client of each kind of trust."""

import json

import pytest

from providers.reboot import reboot
from providers.ssh import run_command
from providers.waiting import wait_for
from tasks.engines import engine, pull, push, remove_image
from tasks.outputs import Client, Outputs
from tasks.tour import registry_api, tour
from tests.e2e.conftest import CLIENTS, HEADER
from tests.e2e.receiver import Receiver
from tests.e2e.stack import Stack
from tests.e2e.watch import ProcessWatch

SECONDS = 60


@pytest.fixture(scope="module")
def outputs(stack: Stack) -> Outputs:
    return stack.outputs()


@pytest.fixture(scope="module")
def image(outputs: Outputs) -> tuple[str, str]:
    """A repository and a tag that the tour has pushed."""
    list(tour(outputs))
    return f"{outputs.registry}/site", "1"


def pulls_anew(client: Client, image: tuple[str, str]) -> list[str]:
    with engine(client.engine, client.cert_path) as docker:
        remove_image(docker, ":".join(image))
        return pull(docker, *image)


def test_tour(outputs: Outputs) -> None:
    assert len(list(tour(outputs))) == 5


def test_tour_again(outputs: Outputs) -> None:
    assert len(list(tour(outputs))) == 5


def test_up_again_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


def test_refresh_then_up_changes_nothing(stack: Stack) -> None:
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")


def test_lists_are_whole_whatever_the_page(outputs: Outputs, image: tuple[str, str]) -> None:
    client = outputs.clients["e2e-system"]
    with engine(client.engine, client.cert_path) as docker:
        pull(docker, *image)
        for repository, tag in ((image[0], "2"), (f"{outputs.registry}/other", "1")):
            docker.images.get(":".join(image)).tag(repository, tag)
            push(docker, repository, tag)
    api = registry_api(outputs)
    assert sorted(api.tags("site", page=1)) == ["1", "2"]
    assert api.repositories(page=1) == ["other", "site"]


@pytest.mark.usefixtures("image")
def test_a_push_is_notified_with_the_secret_header(receiver: Receiver) -> None:
    def pushed() -> str | None:
        found = [header for event, header in receiver.events if event["action"] == "push"]
        return found[0] if found else None

    assert wait_for("the event of a push", pushed, SECONDS) == HEADER


@pytest.mark.parametrize("name", CLIENTS)
def test_a_rebooted_client_still_pulls(stack: Stack, outputs: Outputs, image: tuple[str, str], name: str) -> None:
    client = outputs.clients[name]
    reboot(stack.login(name, client.address), client.address, SECONDS)
    digests = wait_for("the client to pull", lambda: pulls_anew(client, image), SECONDS)
    assert digests


def test_a_rebooted_registry_is_back_with_its_data(stack: Stack, outputs: Outputs, image: tuple[str, str]) -> None:
    before = pulls_anew(outputs.clients["e2e-engine"], image)
    reboot(stack.login("e2e-registry", outputs.address), outputs.address, SECONDS)
    api = registry_api(outputs)
    wait_for("the registry to list its tags", lambda: api.tags("site"), SECONDS)
    assert pulls_anew(outputs.clients["e2e-engine"], image) == before


@pytest.mark.usefixtures("image")
def test_clients_without_the_authority_refuse(outputs: Outputs, stack: Stack) -> None:
    """The registry's own machine was never told to trust it."""
    login = stack.login("e2e-registry", outputs.address)
    said = run_command(login, f"sudo docker pull {outputs.address}/site:1 2>&1 || true")
    assert "certificate signed by unknown authority" in said


def test_no_private_key_in_state(stack: Stack) -> None:
    exported = stack.export()
    assert "PRIVATE KEY" not in exported
    assert HEADER not in exported
    for path in (*stack.storage.rglob("*key.pem"), *stack.storage.rglob("id_rsa")):
        body = path.read_text().splitlines()[1]
        assert body not in exported, path
    assert json.loads(exported)["deployment"]["resources"]


@pytest.mark.usefixtures("stack")
def test_no_private_key_in_any_command_line(watch: ProcessWatch) -> None:
    assert watch.looks > 50
    assert any("docker-machine create" in line for line in watch.seen)
    assert [line for line in watch.seen if "PRIVATE KEY" in line or HEADER in line] == []


def test_keys_are_for_their_owners_alone(stack: Stack, outputs: Outputs) -> None:
    readable = [p for p in stack.storage.rglob("*") if p.name in ("key.pem", "id_rsa") or p.name.endswith("-key.pem")]
    assert readable
    assert [path for path in readable if path.stat().st_mode & 0o077] == []
    login = stack.login("e2e-registry", outputs.address)
    folder = "/var/lib/boot2docker/registry-certs"
    modes = run_command(login, f"sudo stat -c '%a %U %n' {folder}/registry-key.pem {folder}/config.yml")
    assert [line.split()[:2] for line in modes.splitlines()] == [["600", "root"]] * 2


def test_outputs_show_no_secret(stack: Stack) -> None:
    assert HEADER not in stack.up()
