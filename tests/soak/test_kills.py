"""kill -9 of an operation and of all that it has started, over a machine's whole life: the next `up` converges."""

from collections.abc import Iterator, Mapping

import pytest

from tests.e2e.killing import Condition, Operation, kill_when
from tests.e2e.stack import Stack, container_settings, left_of, remove_interrupted, taken_down

NAME, SUBNET = "soak-kills", "192.168.245"
REGISTRY, CLIENT = "e2e-registry", "soak-client"
DATA = "/var/lib/boot2docker"

UPS: dict[str, Condition] = {
    "its container is there": lambda up: up.container(REGISTRY),
    "docker-machine makes its first certificates": lambda up: up.runs("--driver none"),
    "docker-machine's entry is there": lambda up: entry(up, "config.json"),
    "docker-machine has made the engine's certificate": lambda up: entry(up, "server.pem"),
    "the certificates are on the machine": lambda up: up.on(REGISTRY, "test", "-s", f"{DATA}/server.pem"),
    "bootsync.sh is written": lambda up: up.on(REGISTRY, "test", "-s", f"{DATA}/bootsync.sh"),
    "it has gone down for its reboot": lambda up: up.restarts(REGISTRY),
    "it is at its static address": lambda up: up.on(REGISTRY, "sh", "-c", f"ifconfig eth0 | grep -q '{SUBNET}.3 '"),
    "docker-machine is told where it is now": lambda up: f"{SUBNET}.3" in config(up),
    "the registry's image is loaded": lambda up: up.says(r"EngineImage registry-stack-registry-image creating \("),
    "the registry's container is made": lambda up: up.says(r"Container registry-stack-registry-container creating \("),
    "the registry is waited for": lambda up: up.says(r"RegistryCheck registry-stack-check creating \("),
    "a client is made to trust": lambda up: up.says(r"Trust registry-stack-soak-client-trust-files creating \("),
}
DESTROYS: dict[str, Condition] = {
    "the first thing goes": lambda destroy: destroy.says(r"deleting"),
    "docker-machine removes a machine": lambda destroy: destroy.runs("docker-machine rm"),
    "a machine's container goes": lambda destroy: destroy.says(
        r"Container registry-stack-e2e-registry-container deleting"
    ),
    "the network goes": lambda destroy: destroy.says(r"Network registry-stack-network deleting"),
}
REPLACEMENTS: dict[str, Condition] = {
    "the old machine goes": lambda up: up.runs("docker-machine rm"),
    "the new container is there": lambda up: up.says(r"Container registry-stack-e2e-registry-container creat"),
    "the new machine is made": lambda up: up.runs("docker-machine create"),
    "the new machine is moved": lambda up: up.says(r"StaticAddress registry-stack-e2e-registry-address creat"),
}
CLIENT_REPLACEMENTS: dict[str, Condition] = {
    "the old machine goes": lambda up: up.runs("docker-machine rm"),
    "the new machine is made": lambda up: up.runs("docker-machine create"),
    "it is made to trust": lambda up: up.says(r"Trust registry-stack-soak-client-trust-files creating"),
}
UPDATES: dict[str, Condition] = {
    "its certificates are regenerated": lambda up: up.runs("regenerate-certs"),
    "its engine starts again": lambda up: up.runs("regenerate-certs") and not up.on(REGISTRY, "pgrep", "-x", "dockerd"),
}


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    remove_interrupted(f"registry-stack-{NAME}")
    made = Stack.make(NAME, tmp_path_factory.mktemp("kills"), settings())
    with taken_down(made):
        yield made


def settings(first: int = 100, client: int = 101, options: Mapping[str, str] | None = None) -> dict[str, object]:
    document = container_settings(SUBNET, {CLIENT: "system"})
    document["clients"][0]["machine"]["options"]["container-address"] = f"{SUBNET}.{client}"
    document["registry"]["machine"]["options"] |= {"container-address": f"{SUBNET}.{first}", **(options or {})}
    return document


def entry(operation: Operation, file: str) -> bool:
    return (operation.stack.storage / "machines" / REGISTRY / file).exists()


def config(operation: Operation) -> str:
    path = operation.stack.storage / "machines" / REGISTRY / "config.json"
    return path.read_text("utf-8") if path.exists() else ""


def converges(stack: Stack) -> None:
    stack.up()
    stack.up("--expect-no-changes")
    assert stack.outputs().registry == f"{REGISTRY}.localdomain"
    stack.destroy()
    assert left_of(stack) == []


@pytest.mark.parametrize("moment", UPS)
def test_up_is_killed_when(stack: Stack, moment: str) -> None:
    kill_when(stack, "up", UPS[moment])
    converges(stack)


@pytest.mark.parametrize("moment", REPLACEMENTS)
def test_replacing_is_killed_when(stack: Stack, moment: str) -> None:
    stack.up()
    stack.set(settings(first=110))
    kill_when(stack, "up", REPLACEMENTS[moment])
    converges(stack)


@pytest.mark.parametrize("moment", CLIENT_REPLACEMENTS)
def test_replacing_a_client_is_killed_when(stack: Stack, moment: str) -> None:
    stack.up()
    stack.set(settings(client=111))
    kill_when(stack, "up", CLIENT_REPLACEMENTS[moment])
    converges(stack)


@pytest.mark.parametrize("moment", UPDATES)
def test_updating_is_killed_when(stack: Stack, moment: str) -> None:
    stack.up()
    stack.set(settings(options={"tls-san": "registry.example"}))
    kill_when(stack, "up", UPDATES[moment])
    converges(stack)


@pytest.mark.parametrize("moment", DESTROYS)
def test_destroy_is_killed_when(stack: Stack, moment: str) -> None:
    stack.up()
    kill_when(stack, "destroy", DESTROYS[moment])
    # a deletion that was under way may be done without Pulumi's knowing; then what is to be made misses it, and says so
    done = stack.attempt("up", "--yes", "--skip-preview")
    if "run `pulumi refresh`" in done.stdout or f"network {stack.owner} not found" in done.stdout:
        stack.refresh()
    converges(stack)
