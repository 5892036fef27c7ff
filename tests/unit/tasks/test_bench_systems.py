"""The bench's clients of several systems, and their table."""

from pathlib import Path
from typing import cast

from docker.models.containers import Container

from images.names import SYSTEMS
from tasks.bench.stack import BenchStack
from tasks.bench.systems import CLIENTS, SCOPES, SystemRun, client, systems_table, with_clients
from tasks.lab.systems import SystemHost
from tasks.layout import HERE

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZpeGVkIGZvciBhIHRlc3QgYW5kIG5vIGtleSBhdCBh"
HOST = SystemHost(cast(Container, None), "debian", "192.168.236.60", Path("/key"), HOST_KEY)


def test_a_stack_of_hosts_that_exist_already(tmp_path: Path) -> None:
    stack = BenchStack.make(HERE.checkout, tmp_path / "bench", {}, 0)
    made = with_clients(stack, HOST, [client("one", HOST, "podman", "system")])
    machine = made.settings.registry.machine
    assert machine is not None
    assert (machine.driver, machine.options["generic-ip-address"]) == ("generic", HOST.address)
    (only,) = made.settings.clients
    assert only.host is not None
    assert (only.name, only.engine, only.trust, only.host.address) == ("one", "podman", "system", HOST.address)


def test_a_row_for_each_client_and_a_column_for_each_scope() -> None:
    measured = [SystemRun(*client, scope, 4.0 + at, 0.5) for client in CLIENTS for at, scope in enumerate(SCOPES)]
    lines = systems_table(measured)
    assert lines[0] == "from pulumi up to the first pull     trust: engine   trust: system"
    assert lines[1] == "boot2docker, docker                          4.0 s           5.0 s"
    assert len(lines) == 1 + len(CLIENTS)
    assert str(measured[1]) == "boot2docker, docker, trust system: 5.0 s, 0.5 s of it the pull"


def test_every_system_is_measured() -> None:
    assert {system for system, _ in CLIENTS} == {"boot2docker", *SYSTEMS}
