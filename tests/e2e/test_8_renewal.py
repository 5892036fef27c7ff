"""The registry's certificate is replaced again and again while clients push and pull all the time."""

import hashlib
from collections.abc import Iterator

import pytest

from registry_stack.certificates.fingerprints import sha256_of
from tests.certificates import Authority
from tests.e2e.renewal import (
    PULLER,
    PUSHER,
    REGISTRY,
    changes,
    lives,
    renew,
    serve_another,
    served,
    settings,
    turned_away,
    upload,
)
from tests.e2e.stack import Stack, left_of, remove_interrupted, taken_down
from tests.e2e.traffic import Traffic

NAME, SUBNET = "e2e-renewal", "192.168.247"
EACH = 3


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(f"registry-stack-{NAME}")
    made = Stack.make(NAME, tmp_path_factory.mktemp("renewal"), settings(SUBNET))
    with taken_down(made):
        made.up()
        yield made


def test_no_push_or_pull_fails_while_the_certificate_changes(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    outputs, before = stack.outputs(), lives(stack)
    # without a pause two cores would be busy with nothing else
    traffic = Traffic(f"{outputs.registry}/traffic", pause=0.2)
    with traffic.flowing(outputs.clients[PUSHER], outputs.clients[PULLER]):
        for change in changes(SUBNET):
            old = served(stack)
            change.makes(stack)
            traffic.wait_for_more(EACH)
            assert (served(stack) != old) is change.renews, change.name
            assert traffic.failures == [], change.name
    with capsys.disabled():
        print(f"\n{traffic.figures()}")
    assert traffic.failures == []
    assert len(traffic.done) >= 60
    assert lives(stack) == before
    assert turned_away(stack) == ""
    stack.up("--expect-no-changes")


def test_an_upload_goes_on_after_a_restart(stack: Stack) -> None:
    outputs, content = stack.outputs(), b"one half, and the other"
    _, there = upload(outputs, "POST", "/v2/halves/blobs/uploads/")
    accepted, there = upload(outputs, "PATCH", there, content[:10])
    renew(stack)
    digest = hashlib.sha256(content).hexdigest()
    created, _ = upload(outputs, "PUT", f"{there}&digest=sha256:{digest}", content[10:])
    assert (accepted, created) == (202, 201)


def test_another_certificate_is_seen_and_mended(stack: Stack) -> None:
    own, other = served(stack), Authority("somebody else").issue(f"{REGISTRY}.localdomain")
    serve_another(stack, other)
    said = stack.refresh("--diff")
    assert sha256_of(other.certificate) in said
    assert "is not trusted" in said
    stack.up()
    assert served(stack) == own
    stack.refresh("--expect-no-changes")


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []
