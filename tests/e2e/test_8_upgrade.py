"""A stack that an earlier version made: this one takes it over, and nothing that people rely on is replaced.

`earlier/` has the programs of earlier versions, as `git archive COMMIT | xz` writes them.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.layout import HERE
from tests.e2e.renewal import PULLER, PUSHER, lives, served, settings
from tests.e2e.stack import Stack, left_of, remove_interrupted, taken_down
from tests.e2e.traffic import Traffic

NAME, SUBNET = "e2e-upgrade", "192.168.238"
EARLIER = Path(__file__).with_name("earlier")
# Whatever of these is replaced costs a machine, its images, or everybody's trust.
LASTING = (
    "registry:Machine",
    "StaticAddress",
    "privateKey:PrivateKey",
    "selfSignedCert:SelfSignedCert",
    "locallySignedCert:LocallySignedCert",
    "container:Container",
    "network:Network",
    "registry:Trust",
)


@pytest.fixture(scope="module", params=["b0fed52"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack as the earlier version left it, for this version's program."""
    remove_interrupted(f"registry-stack-{NAME}")
    program = tmp_path_factory.mktemp("earlier")
    with tarfile.open(EARLIER / f"{request.param}.tar.xz") as archive:
        archive.extractall(program, filter="data")
    (program / ".tools").symlink_to(HERE.tools)
    made = Stack.make(NAME, tmp_path_factory.mktemp("upgrade"), settings(SUBNET))
    with taken_down(made):
        replace(made, program=program).up()
        yield made


def lasting(stack: Stack) -> dict[str, Any]:
    """The ids of what must last, by type and by what a name ends with, which prefixes don't change."""
    resources = json.loads(stack.export())["deployment"]["resources"]
    found = [(each["type"], each["urn"].split("::")[-1], each["id"]) for each in resources if "id" in each]
    return {f"{kind} {id_}": name for kind, name, id_ in found if kind.endswith(LASTING)}


def test_it_is_taken_over_while_clients_push_and_pull(stack: Stack) -> None:
    before, certificate, alive = lasting(stack), served(stack), lives(stack)
    outputs = stack.outputs()
    traffic = Traffic(f"{outputs.registry}/traffic", pause=0.2)
    with traffic.flowing(outputs.clients[PUSHER], outputs.clients[PULLER]):
        traffic.wait_for_more(1)
        said = stack.up()
        traffic.wait_for_more(3)
    assert traffic.failures == []
    assert lasting(stack).keys() == before.keys(), said
    assert (served(stack), lives(stack)) == (certificate, alive)


def test_then_nothing_changes(stack: Stack) -> None:
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")


def test_it_is_taken_down(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []
