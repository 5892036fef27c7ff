"""States that b0fed52 wrote, in which no resource but Trust has `drift`: they are read, mended and let go of."""

from pathlib import Path
from typing import Any

import pytest

from providers.address import StaticAddressProvider, place
from providers.authority import StoredAuthorityProvider
from providers.base import Provider
from providers.check import RegistryCheckProvider
from providers.hosts_file import HostsFileProvider
from providers.image import EngineImageProvider
from providers.machine import MachineProvider
from providers.restart import RestartProvider
from providers.trust import TrustProvider
from providers.trust_check import TrustCheckProvider
from registry_stack.guest.addresses import GUESTS
from registry_stack.guest.systems import SYSTEMS
from tests.authorities import LASTING, Made
from tests.certificates import Authority, server_context
from tests.fakes.guest_machine import SETTLED, GuestMachine
from tests.fakes.hypervisor import OFF
from tests.fakes.loopback import http_server
from tests.fakes.machine_tool import MachineTool
from tests.fakes.runner import FakeRunner
from tests.fakes.seams import Disk, led_to
from tests.shell.trust_client import LoopbackClient, make_loopback_client
from tests.unit.providers.diff_cases import CASES, as_pulumi_delivers
from tests.unit.providers.test_pickled import PATHS
from tests.unit.workstation.workstation_stack import OLD, Stack, scratch_stores

Props = dict[str, Any]
# What each resource had in place of `drift`, and whether the next `up` has to do something about it.
EARLIER: dict[str, list[tuple[Props, bool]]] = {
    "machine": [
        ({"health": "well"}, False),
        ({"health": "stopped"}, True),
        ({"health": "its engine's certificates do not fit"}, True),
    ],
    "address": [({"health": "well"}, False), ({"health": "not at its address"}, True)],
    "authority": [({}, False)],
    "trust": [({"drift": []}, False), ({"drift": ["/a is missing"]}, True)],
    # what these two checks ask again after has another name now
    "reaching": [({"reaches": True}, True), ({"reaches": False}, True)],
    "check": [({"answers": True, "reason": ""}, True), ({"answers": False, "reason": "timed out"}, True)],
    "image": [({}, False)],
    "served": [({}, False), ({"serves": "another's"}, True)],
    "hosts": [({"managed": True}, False), ({"managed": False, "status": "not managed: /etc/hosts: no"}, True)],
    "workstation": [({"managed": True}, False), ({"managed": False, "status": "not managed: no"}, True)],
}
RENAMED = {
    "reaching": {"files": "trusting", "revision": "serving"},
    "check": {"revision": "serving"},
}


def earlier(resource: str, outs: Props, **had: object) -> Props:
    """Outputs as b0fed52 would have written them."""
    names = RENAMED.get(resource, {})
    return {names.get(key, key): value for key, value in outs.items() if key != "drift"} | had


def taken_over(provider: Provider, outs: Props, inputs: Props, id_: str = "id") -> Props:
    """The state after an `up`, which comes to the same with a refresh before it and without one."""
    read = provider.read(id_, outs)
    assert read.id == id_
    assert provider.diff(id_, outs, inputs).changes
    updates = [provider.update(id_, olds, inputs).outs or {} for olds in (read.outs or {}, outs)]
    assert updates[0] == updates[1]
    assert not provider.diff(id_, updates[0], inputs).changes
    assert updates[0]["drift"] == []
    return updates[0]


def test_every_resource_that_b0fed52_had_is_here() -> None:
    later = {
        "providers.borrowed_address BorrowedAddressProvider",
        "providers.current_address CurrentAddressProvider",
        "providers.registry_host RegistryHostProvider",
    }
    here = {f"{type(each).__module__} {type(each).__name__}" for each in (CASES[name].provider for name in EARLIER)}
    assert here == {*PATHS} - later - {"providers.restart RestartProvider"}


@pytest.mark.parametrize(
    ("resource", "had", "changes"), [(name, *row) for name, rows in EARLIER.items() for row in rows]
)
def test_what_was_amiss_is_an_update(resource: str, had: Props, changes: bool) -> None:
    case = CASES[resource]
    olds = as_pulumi_delivers(earlier(resource, {**case.inputs, **case.outputs}, **had))
    result = case.provider.diff("id", olds, as_pulumi_delivers(case.inputs))
    assert result.changes is changes
    assert not result.replaces
    unknown = case.provider.diff("id", {**olds, "drift": []}, as_pulumi_delivers(case.inputs))
    assert unknown.changes is (changes and resource in {*RENAMED, "served"}), "a refresh by this version has the word"


def test_a_machine(tmp_path: Path) -> None:
    runner, provider = FakeRunner(), MachineProvider()
    tool = {"command": "docker-machine", "storage": str(tmp_path), "deadline": 60.0}
    inputs: Props = {"name": "m", "driver": "virtualbox", "options": {}, "owner": "me", "tool": tool}
    inputs |= {"moves": False, "adopt": False, "keep": False}
    with led_to(runner, Disk()):
        outs = earlier("machine", provider.create(inputs).outs or {}, health="stopped")
        (vm,) = runner.hypervisor.vms.values()
        vm.state = OFF
        seen = provider.read("m", outs).outs
        assert seen == {**outs, "drift": ["the machine is stopped"]}
        updated = taken_over(provider, outs, inputs, "m")
        assert updated["serial"] == outs["serial"]
        assert vm.state != OFF
        provider.delete("m", outs)
        assert not runner.hypervisor.vms


def test_a_static_address(machine_tool: MachineTool, monkeypatch: pytest.MonkeyPatch) -> None:
    moved, provider = GuestMachine(machine_tool), StaticAddressProvider()
    with moved.running(SETTLED, monkeypatch):
        moved.note(SETTLED)
        moved.ssh.hosts = {SETTLED}
        inputs = moved.props()
        outs = {**inputs, "settled": SETTLED, "health": "not at its address"}
        assert provider.read("m", outs).outs == {**outs, "drift": ["its static address is not set for the next boot"]}
        assert taken_over(provider, outs, inputs) == {**inputs, "settled": SETTLED, "drift": []}
        assert moved.told == GUESTS["boot2docker"].document(place(inputs))
        provider.delete("m", outs)
    assert moved.boots == 1


def test_an_authority(tmp_path: Path) -> None:
    made, provider = Made("docker-machine's", **LASTING), StoredAuthorityProvider()
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "ca.pem").write_text(made.pem)
    (tmp_path / "certs" / "ca-key.pem").write_text(made.key_pem)
    inputs = provider.check({}, {"storage": str(tmp_path), "alone": True}).inputs
    outs = earlier("authority", provider.create(inputs).outs or {})
    assert provider.read("id", outs).outs == {**outs, "drift": []}
    assert not provider.diff("id", outs, inputs).changes
    provider.delete("id", outs)


def test_an_image() -> None:
    # nobody answers there, and it stays where it is
    outs = {"image": "registry:2", "address": "127.0.0.1", "folder": "/nowhere", "serial": "1", "image_id": "sha256:1"}
    assert EngineImageProvider().read("sha256:1", outs).outs == outs
    EngineImageProvider().delete("sha256:1", outs)


@pytest.mark.parametrize("answers", [True, False])
def test_a_check_of_the_registry(answers: bool, tmp_path: Path) -> None:
    authority, provider = Authority(), RegistryCheckProvider()
    with http_server(lambda *_: (200, b"{}"), server_context(tmp_path, authority.issue("r"))) as port:
        inputs = {"host": "r", "address": "127.0.0.1", "port": float(port), "ca_certificate": authority.certificate}
        inputs |= {"revision": "1", "deadline": 20.0}
        outs = earlier("check", inputs, answers=answers, reason="" if answers else "timed out")
        assert provider.read("id", outs).outs == {**outs, "drift": []}
        assert taken_over(provider, outs, inputs) == {**inputs, "drift": []}
        provider.delete("id", outs)


@pytest.fixture
def client(tmp_path: Path) -> LoopbackClient:
    return make_loopback_client(tmp_path, SYSTEMS["debian"])


def test_a_trust(client: LoopbackClient) -> None:
    provider = TrustProvider()
    with client.running():
        outs = provider.create(client.props()).outs or {}
        (file,) = outs["files"]
        client.client.guest.path(file).unlink()
        drifted = {**outs, "drift": [f"{file} is missing"]}
        assert taken_over(provider, drifted, client.props()) == outs
        provider.delete("client1", drifted)
    assert not client.client.guest.path(file).exists()


@pytest.mark.parametrize("reaches", [True, False])
def test_a_check_of_a_trust(reaches: bool, client: LoopbackClient) -> None:
    provider = TrustCheckProvider()
    with client.running():
        given = client.props()
        inputs = {key: given[key] for key in ("name", "login", "serial", "engine", "reference", "deadline")}
        inputs |= {"files": {"/a": "1"}, "revision": "1"}
        outs = earlier("reaching", inputs, reaches=reaches)
        assert provider.read("client1", outs).outs == {**outs, "drift": []}
        assert taken_over(provider, outs, inputs) == {**inputs, "drift": []}
        provider.delete("client1", outs)


def test_a_hosts_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path, provider = tmp_path / "hosts", HostsFileProvider()
    path.write_text("127.0.0.1 localhost\n")
    inputs = {"path": str(path), "owner": "registry-stack-demo", "lines": ["10.0.0.3 r"]}
    outs = earlier("hosts", inputs, managed=False, status=f"not managed: {path}: Permission denied")
    assert taken_over(provider, outs, inputs) == {**inputs, "drift": [], "status": f"managed: {path}"}
    provider.delete("id", outs)
    assert path.read_text() == "127.0.0.1 localhost\n"


def test_a_workstations_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scratch_stores(tmp_path, monkeypatch):
        stack = Stack(tmp_path / "home", "Linux", "system", authority=OLD)
        outs = earlier("workstation", stack.outs, managed=False, status="not managed: no")
        assert taken_over(stack.provider, outs, stack.wanted) == stack.outs
        stack.provider.delete("id", outs)


def test_a_restart_is_let_go_of() -> None:
    provider, outs = RestartProvider(), {"name": "client1", "serial": "1", "login": {"host": "10.0.0.7"}}
    assert provider.read("id", outs).outs == outs
    assert not provider.diff("id", outs, outs).changes
    provider.delete("id", outs)
