"""The main job, end to end, on a stack with a client of each kind of trust."""

import json
import os
import subprocess
import sys

import pytest

from registry_stack.common.errors import CommandError
from registry_stack.common.waiting import wait_for
from registry_stack.remote.reboot import reboot
from registry_stack.remote.ssh import run_script
from tasks.demo.client_engine import engine, pull, push, remove_image
from tasks.demo.tour import registry_api, tour
from tasks.layout import HERE
from tasks.stack.outputs import Client, Outputs
from tests.e2e.shared.conftest import CLIENTS, HEADER
from tests.e2e.shared.receiver import Receiver
from tests.e2e.stack import Stack

SECONDS = 60


def pulls_again(client: Client, image: tuple[str, str]) -> list[str]:
    with engine(client.engine, client.cert_path) as docker:
        remove_image(docker, ":".join(image))
        return pull(docker, *image)


def test_tour(outputs: Outputs) -> None:
    assert len(list(tour(outputs))) == 5


def test_tour_again_by_its_command(stack: Stack) -> None:
    taken = by_command(stack.output())
    assert (taken.returncode, taken.stderr, len(taken.stdout.splitlines())) == (0, "", 5)


def test_tour_ends_with_an_error_in_a_line(stack: Stack) -> None:
    other = (stack.storage / "certs" / "ca.pem").read_text("utf-8")
    ended = by_command(json.dumps({**json.loads(stack.output()), "caCertificate": other}))
    assert ended.returncode == 1
    assert ended.stderr.startswith("tour: ")
    assert "CERTIFICATE_VERIFY_FAILED" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def by_command(outputs: str) -> subprocess.CompletedProcess[str]:
    """The tour by its command, while the user's environment names another certificate authority."""
    return subprocess.run(
        [sys.executable, "-m", "tasks.demo.tour"],
        input=outputs,
        env={**os.environ, "REQUESTS_CA_BUNDLE": os.devnull, "HTTPS_PROXY": "http://127.0.0.1:9"},
        cwd=HERE.checkout,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_up_again_changes_nothing(stack: Stack) -> None:
    stack.preview("--expect-no-changes")
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
    digests = wait_for("the client to pull", lambda: pulls_again(client, image), SECONDS)
    assert digests


def test_a_rebooted_registry_is_back_with_its_data(stack: Stack, outputs: Outputs, image: tuple[str, str]) -> None:
    before = pulls_again(outputs.clients["e2e-engine"], image)
    reboot(stack.login("e2e-registry", outputs.address), outputs.address, SECONDS)
    api = registry_api(outputs)
    wait_for("the registry to list its tags", lambda: api.tags("site"), SECONDS)
    assert pulls_again(outputs.clients["e2e-engine"], image) == before


@pytest.mark.usefixtures("image")
def test_clients_without_the_authority_refuse(outputs: Outputs, stack: Stack) -> None:
    """The registry's own machine was never told to trust it."""
    login = stack.login("e2e-registry", outputs.address)
    with pytest.raises(CommandError, match="certificate signed by unknown authority"):
        run_script(login, f"sudo docker pull {outputs.address}/site:1")
