"""How long it takes until a client of each system has pulled its first image, from the start of the `pulumi up` that
adds the client.

The registry is up. The clients are hosts that exist already, with an engine and without any trust. tasks/lab/systems.py
says what is imitated of their systems.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml
from docker import DockerClient

from images.names import SITE
from registry_stack.guest.engines import ENGINES
from registry_stack.settings import load
from tasks.bench.command import init, operate
from tasks.bench.stack import LABELS, PROJECT, STACK, BenchStack
from tasks.lab.systems import SystemHost, network_of_hosts, system_hosts

SCOPES = ("engine", "system")
CLIENTS: Final = (
    *((system, "docker") for system in ("boot2docker", "debian", "alpine", "rhel", "suse")),
    ("rhel", "podman"),
    ("debian", "containerd"),
)
_REGISTRY, _PUSHER = "registry", "pusher"


@dataclass(frozen=True)
class SystemRun:
    """A client with that system, engine and scope of trust. `seconds` is until its first pull has ended, `pull` is the
    pull alone."""

    system: str
    engine: str
    scope: str
    seconds: float
    pull: float

    def __str__(self) -> str:
        return (
            f"{self.system}, {self.engine}, trust {self.scope}: {self.seconds:.1f} s, {self.pull:.1f} s of it the pull"
        )


def run_systems(stack: BenchStack, engine: DockerClient) -> Iterator[SystemRun]:
    """Measures each client in each scope, one after the other. Raises StackError if a step fails."""
    wanted = {f"{system}-{by}-{scope}": (system, by, scope) for system, by in CLIENTS for scope in SCOPES}
    with ExitStack() as hosted:
        network = stack.settings.network
        first = hosted.enter_context(network_of_hosts(engine, STACK, network.subnet, LABELS))
        systems = {_REGISTRY: "machine", _PUSHER: "debian", **{name: each[0] for name, each in wanted.items()}}
        hosts = hosted.enter_context(system_hosts(engine, STACK, first, systems, stack.folder, LABELS))
        init(stack)
        clients = [client(_PUSHER, hosts[_PUSHER], "docker", "engine")]
        stack = with_clients(stack, hosts[_REGISTRY], clients)
        operate(stack, "up")
        image = f"{stack.settings.registry.reference}/site:1"
        hosts[_PUSHER].push(SITE, image)
        for name, (system, by, scope) in wanted.items():
            clients.append(client(name, hosts[name], by, scope))
            stack = with_clients(stack, hosts[_REGISTRY], clients)
            up = operate(stack, "up").seconds
            began = time.monotonic()
            hosts[name].run_as_root(ENGINES[by].request.format(image))
            pull = time.monotonic() - began
            yield SystemRun(system, by, scope, up + pull, pull)


def client(name: str, host: SystemHost, engine: str, scope: str) -> dict[str, Any]:
    """The host in the form of a client in the settings."""
    return {"name": name, "host": host.client, "engine": engine, "trust": scope}


def with_clients(stack: BenchStack, registry: SystemHost, clients: Sequence[dict[str, Any]]) -> BenchStack:
    """The stack with its registry on that host and with those clients."""
    document = yaml.safe_load(stack.stack_file.read_text("utf-8"))
    config = document["config"]
    config[f"{PROJECT}:registry"]["machine"] = registry.machine
    config[f"{PROJECT}:clients"] = list(clients)
    stack.stack_file.write_text(yaml.safe_dump(document), "utf-8")
    return replace(stack, settings=load({key: json.dumps(value) for key, value in config.items()}, PROJECT))


def systems_table(measured: Sequence[SystemRun]) -> list[str]:
    """The table's lines: a row for each system and engine, a column for each scope."""
    lines = [f"{'from pulumi up to the first pull':34}" + "".join(f"{f'trust: {scope}':>16}" for scope in SCOPES)]
    seconds = {(each.system, each.engine, each.scope): each.seconds for each in measured}
    for system, engine in CLIENTS:
        cells = "".join(f"{seconds[system, engine, scope]:>14.1f} s" for scope in SCOPES)
        lines.append(f"{f'{system}, {engine}':34}{cells}")
    return lines
