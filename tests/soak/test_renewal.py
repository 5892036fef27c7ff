"""Every kind of change of the registry's certificate, twice, and changes that are cut short, under constant use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_stack.common.waiting import wait_for
from tests.e2e.killing import Condition, command_line, kill_when
from tests.e2e.renewal import PULLER, PUSHER, Change, changes, lives, served, settings, turned_away
from tests.e2e.stack import Stack, left_of, remove_interrupted, taken_down
from tests.e2e.traffic import Traffic

NAME, SUBNET = "soak-renewal", "192.168.250"
FIRST, SECOND, THIRD = "authority", "second", "third"
OPERATIONS, EACH, SECONDS = 200, 20, 60


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(f"registry-stack-{NAME}")
    made = Stack.make(NAME, tmp_path_factory.mktemp("renewal"), settings(SUBNET))
    with taken_down(made):
        made.up()
        yield made


@pytest.fixture
def traffic(stack: Stack, capsys: pytest.CaptureFixture[str]) -> Iterator[Traffic]:
    """Pushes and pulls for as long as a test lasts: none fails, and no client or container is another afterwards."""
    outputs, before = stack.outputs(), lives(stack)
    flowing = Traffic(f"{outputs.registry}/traffic")
    with flowing.flowing(outputs.clients[PUSHER], outputs.clients[PULLER]):
        yield flowing
    with capsys.disabled():
        print(f"\n{flowing.figures()}")
    assert flowing.failures == []
    assert lives(stack) == before


def test_no_push_or_pull_fails_while_the_certificate_changes(stack: Stack, traffic: Traffic) -> None:
    for change in (*changes(SUBNET, FIRST, SECOND), *changes(SUBNET, SECOND, THIRD)):
        makes(stack, traffic, change)
    traffic.wait_for_more(EACH)
    assert len(traffic.done) >= OPERATIONS


def makes(stack: Stack, traffic: Traffic, change: Change, each: int = EACH) -> None:
    old = served(stack)
    change.makes(stack)
    traffic.wait_for_more(each)
    assert (served(stack) != old) is change.renews, change.name
    assert traffic.failures == [], change.name


def test_transfers_that_last_longer_than_a_restart_waits_are_taken_up_again(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = stack.outputs()
    traffic = Traffic(f"{outputs.registry}/long", size=300_000_000)
    with traffic.flowing(outputs.clients[PUSHER], outputs.clients[PULLER]):
        for change in changes(SUBNET, THIRD, "fourth")[:2]:
            traffic.wait_for_more(1)
            makes(stack, traffic, change, 1)
    with capsys.disabled():
        print(f"\n{traffic.figures()}")
    assert traffic.failures == []


def is_restarting() -> bool:
    """Whether a registry's container is being restarted on any machine here."""
    processes = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return any(line.startswith("docker restart -t ") for line in map(command_line, processes))


MOMENTS: dict[str, Condition] = {
    "it puts the certificate in place": lambda up: up.says(
        r"ServedCertificate registry-stack-registry-certificate updating"
    ),
    "it restarts the registry": lambda _: is_restarting(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_up_is_killed_when(stack: Stack, traffic: Traffic, moment: str) -> None:
    old = served(stack)
    stack.set(settings(SUBNET, known_as=[f"{moment.replace(' ', '-')}.example"], authorities=[THIRD]))
    kill_when(stack, "up", MOMENTS[moment])
    wait_for("clients to be let in", lambda: not turned_away(stack) or None, SECONDS)
    traffic.wait_for_more(EACH)
    stack.up()
    assert served(stack) != old
    stack.up("--expect-no-changes")


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []
