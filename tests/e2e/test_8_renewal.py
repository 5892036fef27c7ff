"""The registry's certificate becomes another, again and again, while clients push and pull all the time."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from guest.files import as_root, write_file
from guest.registry_config import CERTIFICATE, KEPT_CERTIFICATES, KEY
from providers.handshake import fingerprint, fingerprint_shown
from providers.ssh import connected, run_command
from tests.certificates import Authority, Issued
from tests.e2e.stack import Stack, container_settings, left_of, remove_interrupted, taken_down
from tests.e2e.traffic import Traffic

NAME, SUBNET = "e2e-renewal", "192.168.247"
REGISTRY, PUSHER, PULLER = "e2e-registry", "renewal-pusher", "renewal-puller"
RULES = "iptables -t mangle -S | grep -e --dport || true"
EACH = 5


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(f"registry-stack-{NAME}")
    made = Stack.make(NAME, tmp_path_factory.mktemp("renewal"), settings())
    with taken_down(made):
        made.up()
        yield made


def settings(*known_as: str) -> dict[str, Any]:
    document = container_settings(SUBNET, {PUSHER: "engine", PULLER: "boot2docker"})
    document["registry"]["alsoKnownAs"] = list(known_as)
    return document


def renew(stack: Stack) -> None:
    """Another certificate for the same names, as when its time has come."""
    resources = json.loads(stack.export())["deployment"]["resources"]
    (urn,) = [each["urn"] for each in resources if each["urn"].endswith("::certificate-certificate")]
    stack.up("--replace", urn)


def rename(stack: Stack, *known_as: str) -> None:
    """A certificate for other names."""
    stack.set(settings(*known_as))
    stack.up()


def shown(stack: Stack) -> str:
    return fingerprint_shown(stack.outputs().address, 443)


def lives(stack: Stack) -> list[str]:
    """What becomes another when a client or its engine is restarted, or the registry's container replaced."""
    outputs = stack.outputs()
    alive = "cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/$(pidof dockerd)/stat"
    clients = [run_command(stack.login(name, each.address), alive) for name, each in outputs.clients.items()]
    container = "sudo docker inspect --format '{{.Id}}' registry"
    return [*clients, run_command(stack.login(REGISTRY, outputs.address), container)]


def serve_another(stack: Stack, issued: Issued) -> None:
    """What somebody on the machine could do."""
    with connected(stack.login(REGISTRY, stack.outputs().address)) as shell:
        for file, content in ((CERTIFICATE, issued.certificate), (KEY, issued.key)):
            shell.run(as_root(write_file(KEPT_CERTIFICATES / file, mode="600")), stdin=content)
        shell.run("sudo docker restart registry")


def test_no_push_or_pull_fails_while_the_certificate_changes(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    outputs, before = stack.outputs(), lives(stack)
    certificates = [shown(stack)]
    traffic = Traffic(f"{outputs.registry}/traffic")
    with traffic.flowing(outputs.clients[PUSHER], outputs.clients[PULLER]):
        for change in (
            renew,
            lambda stack: rename(stack, "renewed.example", f"{SUBNET}.77"),
            renew,
            rename,
        ):
            traffic.wait_for_more(EACH)
            change(stack)
            certificates.append(shown(stack))
            traffic.wait_for_more(EACH)
    with capsys.disabled():
        print(f"\n{len(certificates) - 1} certificates: {traffic.figures()}")
    assert traffic.failures == []
    assert len(traffic.done) >= 60
    assert len(set(certificates)) == len(certificates)
    assert lives(stack) == before
    assert run_command(stack.login(REGISTRY, outputs.address), as_root(RULES)) == ""
    stack.up("--expect-no-changes")


@pytest.mark.parametrize("names", [[f"{REGISTRY}.localdomain"], ["another.example"]], ids=["its names", "other names"])
def test_another_certificate_is_seen_and_mended(stack: Stack, names: list[str]) -> None:
    own, other = shown(stack), Authority("somebody else").issue(*names)
    serve_another(stack, other)
    said = stack.refresh("--diff")
    assert fingerprint(other.certificate) in said
    assert "is not trusted" in said
    stack.up()
    assert shown(stack) == own
    stack.refresh()
    stack.up("--expect-no-changes")


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.destroy()
    assert left_of(stack) == []
