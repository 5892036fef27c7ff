"""docker-machine's command line: the argument lists, and what is read and written of its store."""

import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_stack.common.errors import CommandError, MachineError
from registry_stack.common.options import OptionValue
from registry_stack.machines.docker_machine import Description, DockerMachine, option_arguments
from tests.fakes.machine_tool import first_certificates
from tests.fakes.recorder import Recorder

HYPERV = """{
    "ConfigVersion": 3,
    "Driver": {
        "IPAddress": "192.168.233.128",
        "MachineName": "registry0",
        "SSHUser": "docker",
        "SSHPort": 22,
        "SSHKeyPath": "C:\\\\Users\\\\me\\\\.docker\\\\machine\\\\machines\\\\registry0\\\\id_rsa",
        "StorePath": "C:\\\\Users\\\\me\\\\.docker\\\\machine",
        "VSwitch": "VMWare NAT",
        "MemSize": 512
    },
    "DriverName": "hyperv",
    "HostOptions": {"EngineOptions": {"TlsVerify": true}},
    "Name": "registry0"
}
"""
GENERIC: dict[str, Any] = {
    "ConfigVersion": 3,
    "Driver": {"IPAddress": "10.0.0.7", "SSHUser": "", "SSHPort": 0, "SSHKeyPath": "/k/id_rsa", "SSHKey": "/x"},
    "DriverName": "generic",
    "HostOptions": {"EngineOptions": {"Env": ["ä=ö"]}},
    "Name": "m",
}


def machine(storage: Path, runner: Recorder) -> DockerMachine:
    first_certificates(storage)
    return DockerMachine("rancher-machine", storage, 77, runner)


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"hyperv-virtual-switch": "VMWare NAT"}, ["--hyperv-virtual-switch", "VMWare NAT"]),
        ({"hyperv-memory": 512}, ["--hyperv-memory", "512"]),
        ({"hyperv-memory": "512"}, ["--hyperv-memory", "512"]),
        ({"hyperv-disable-dynamic-memory": True}, ["--hyperv-disable-dynamic-memory"]),
        ({"hyperv-disable-dynamic-memory": False}, []),
        ({"engine-label": ["a=1", "b=2"]}, ["--engine-label", "a=1", "--engine-label", "b=2"]),
        ({"engine-label": []}, []),
        ({"a": ""}, ["--a", ""]),
        ({"a": 0}, ["--a", "0"]),
        ({"b": "1", "a": "2"}, ["--b", "1", "--a", "2"]),
    ],
)
def test_option_arguments(options: dict[str, OptionValue], arguments: list[str]) -> None:
    assert option_arguments(options) == arguments


NAMES = st.text("abc-0", min_size=1, max_size=20).map("a{}".format)
VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text(), max_size=4))


@settings(deadline=None)  # how long it takes says nothing on a busy machine
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_value_is_one_argument_and_nothing_is_lost(options: dict[str, OptionValue]) -> None:
    arguments = option_arguments(options)
    read: dict[str, OptionValue] = {}
    rest = iter(arguments)
    for flag in rest:
        name = flag.removeprefix("--")
        assert flag == f"--{name}"
        if options[name] is True:
            read[name] = True
        elif isinstance(value := options[name], list):
            read[name] = [next(rest), *(next(rest) for _ in value[1:] if next(rest) == flag)]
        else:
            read[name] = next(rest)
    wanted = {n: v if isinstance(v, bool | list) else str(v) for n, v in options.items() if v is not False and v != []}
    assert read == wanted


@pytest.mark.parametrize(
    ("call", "arguments", "kept_open"),
    [
        (
            lambda tool: tool.create("m", "hyperv", {"hyperv-memory": 512}, lock=9),
            ["create", "--driver", "hyperv", "--hyperv-memory", "512", "m"],
            (9,),
        ),
        (lambda tool: tool.remove("m"), ["rm", "-y", "--force", "m"], ()),
        (lambda tool: tool.start("m"), ["start", "m"], ()),
        (lambda tool: tool.address("m"), ["ip", "m"], ()),
        (lambda tool: tool.is_running("m"), ["status", "m"], ()),
        (lambda tool: tool.flags("hyperv"), ["create", "--driver", "hyperv", "--help"], ()),
        (lambda tool: tool.regenerate_certificates("m"), ["regenerate-certs", "--force", "m"], ()),
        (lambda tool: tool.inspect("m"), ["inspect", "m"], ()),
    ],
)
def test_commands(
    call: Callable[[DockerMachine], object], arguments: list[str], kept_open: tuple[int, ...], tmp_path: Path
) -> None:
    runner = Recorder(HYPERV)
    call(machine(tmp_path, runner))
    (asked,) = runner.asked
    assert asked.command == ["rancher-machine", *arguments]
    assert asked.environment == {"MACHINE_STORAGE_PATH": str(tmp_path), "MACHINE_NATIVE_SSH": "true"}
    assert asked.deadline == 77
    assert asked.keep_open == kept_open


@pytest.mark.parametrize("noise", ["", "\n", "(registry0) Calling .Close\n{}", '\x1b[0m(registry0) DBG | "x": 1}\n'])
def test_description_of_a_hypervisors_machine(noise: str) -> None:
    described = Description.parse(HYPERV + noise)
    assert (described.driver, described.address) == ("hyperv", "192.168.233.128")
    assert (described.ssh_user, described.ssh_port) == ("docker", 22)
    assert described.ssh_key_path == Path("C:\\Users\\me\\.docker\\machine\\machines\\registry0\\id_rsa")


def test_description_with_what_docker_machine_leaves_out() -> None:
    described = Description.parse(json.dumps(GENERIC))
    assert (described.ssh_user, described.ssh_port) == ("root", 22)


@pytest.mark.parametrize("text", ["", "Host does not exist", "{}", '{"DriverName": "generic"', "null", '"text"', "[]"])
def test_an_unreadable_entry_is_said_plainly(text: str, tmp_path: Path) -> None:
    tool = machine(tmp_path, Recorder(text))
    with pytest.raises(MachineError, match="docker-machine's store has no readable entry of m: "):
        tool.inspect("m")


def entry(storage: Path, document: dict[str, Any]) -> Path:
    folder = storage / "machines" / "m"
    folder.mkdir(parents=True)
    path = folder / "config.json"
    path.write_text(json.dumps(document, indent=4), "utf-8")
    return path


def test_move_changes_the_address_and_nothing_else(tmp_path: Path) -> None:
    path = entry(tmp_path, GENERIC)
    tool = machine(tmp_path, Recorder())
    with path.open() as opened:
        tool.store.set_address("m", "192.168.233.3")
        assert json.load(opened)["Driver"]["IPAddress"] == "10.0.0.7", "the old entry is replaced, not written over"
    wanted = {**GENERIC, "Driver": {**GENERIC["Driver"], "IPAddress": "192.168.233.3"}}
    assert json.loads(path.read_text("utf-8")) == wanted
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    ("driver", "address"), [("hyperv", "192.168.233.3"), ("virtualbox", "192.168.233.3"), ("generic", "10.0.0.7")]
)
def test_move_leaves_other_drivers_and_what_is_there_already(driver: str, address: str, tmp_path: Path) -> None:
    path = entry(tmp_path, {**GENERIC, "DriverName": driver})
    before = path.read_bytes(), path.stat().st_ino
    machine(tmp_path, Recorder()).store.set_address("m", address)
    assert (path.read_bytes(), path.stat().st_ino) == before


def test_a_move_that_fails_leaves_the_old_entry(tmp_path: Path) -> None:
    path = entry(tmp_path, GENERIC)
    (path.parent / "config.json.new").mkdir()
    with pytest.raises(OSError, match=r"config\.json\.new"):
        machine(tmp_path, Recorder()).store.set_address("m", "192.168.233.3")
    assert json.loads(path.read_text("utf-8")) == GENERIC


def test_first_certificates_are_made_once_however_many_begin(tmp_path: Path) -> None:
    everybody, second_probe = threading.Barrier(8), threading.Event()
    probes = []

    def answer(command: list[str]) -> str:
        if command[1:4] == ["create", "--driver", "none"]:
            probes.append(command)
            if len(probes) > 1:
                second_probe.set()
            second_probe.wait(0.1)
            first_certificates(tmp_path)
        return ""

    runner = Recorder(answer)
    tool = DockerMachine("docker-machine", tmp_path, 10, runner)

    def create(name: str) -> None:
        everybody.wait(10)
        tool.create(name, "hyperv", {}, lock=0)

    threads = [threading.Thread(target=create, args=[f"m{number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(probes) == 1
    probe = ["docker-machine", "create", "--driver", "none", "--url", "tcp://127.0.0.1:2376", "first-certificates"]
    assert runner.commands[:2] == [probe, ["docker-machine", "rm", "-y", "--force", "first-certificates"]]
    assert sorted(command[-1] for command in runner.commands[2:]) == [f"m{number}" for number in range(8)]
    assert runner.asked[0].keep_open, "the lock is docker-machine's as well, for as long as it runs"


def test_certificates_that_are_there_are_left_alone(tmp_path: Path) -> None:
    runner = Recorder()
    machine(tmp_path, runner).create("m", "hyperv", {}, lock=0)
    assert [command[1:] for command in runner.commands] == [["create", "--driver", "hyperv", "m"]]


@pytest.mark.parametrize("certificates", [True, False])
def test_what_a_killed_creation_of_certificates_left_is_removed(tmp_path: Path, certificates: bool) -> None:
    tool = machine(tmp_path, runner := Recorder())
    tool.store.folder("first-certificates").mkdir(parents=True)
    if not certificates:
        (tmp_path / "certs" / "cert.pem").unlink()
    tool.create("m", "hyperv", {}, lock=0)
    made = [] if certificates else ["create", "rm"]
    assert [command[1] for command in runner.commands] == ["rm", *made, "create"]


def test_the_removal_of_what_certificates_were_made_along_with_leaves_nothing_when_killed(tmp_path: Path) -> None:
    def answer(command: list[str]) -> str:
        if command[1] == "create":
            first_certificates(tmp_path)
        else:
            raise KeyboardInterrupt
        return ""

    tool = DockerMachine("docker-machine", tmp_path, 10, Recorder(answer))
    with pytest.raises(KeyboardInterrupt):
        tool.create("m", "hyperv", {}, lock=0)
    assert list(tool.record("first-certificates").lock_file.parent.glob("*")) == []


def failing(output: str) -> Callable[[list[str]], str]:
    def answer(command: list[str]) -> str:
        raise CommandError(command, 3, output)

    return answer


def test_output_with_a_private_key_is_not_shown(tmp_path: Path) -> None:
    output = "ssh: sudo tee\n-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\n"
    with pytest.raises(CommandError) as raised:
        machine(tmp_path, Recorder(failing(output))).remove("m")
    assert str(raised.value) == (
        "rancher-machine rm -y --force m exited with 3:\n    (its output holds a private key and is not shown)"
    )
    assert "MIIEow" not in repr(vars(raised.value))
    assert raised.value.__suppress_context__


def test_other_output_is_shown(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="exited with 3:\n    no space left"):
        machine(tmp_path, Recorder(failing("no space left"))).remove("m")
