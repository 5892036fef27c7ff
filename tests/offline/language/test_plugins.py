"""Plugins that run with the language host."""

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from registry_stack.common.waiting import wait_for
from tests.offline.monitor import Host, language_host
from tests.offline.proc import alive, descendants

SECONDS = 20
STAND_INS = ("tls", "command", "docker", "docker")
# A provider of the program's folder, as the SDK would have it in a state; dill pickles it by its name.
PROVIDER = """
import os
from pulumi.dynamic import CreateResult, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        os.write(1, b"creating")
        return CreateResult("id", {"said": os.environ["SAID"], "here": os.getcwd()})
"""
PICKLED = "import base64, dill, mine; print(base64.b64encode(dill.dumps(mine.Provider())).decode())"


@pytest.fixture(params=[True, False], ids=["forks", "spawns"])
def host(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Host]:
    with language_host(tmp_path, forks=request.param) as host:
        yield host


def port_of(call: Any) -> int:
    return int(next(call).stdout)


def stub(port: int) -> Any:
    return provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def gone(pids: list[int]) -> bool:
    return wait_for("the processes' end", lambda: not any(map(alive, pids)) or None, SECONDS)


def test_stand_ins_share_a_process_and_have_ports_of_their_own(host: Host, tmp_path: Path) -> None:
    calls = [host.run_plugin("offline.tls", tmp_path)]
    ports = [port_of(calls[0])]
    one = descendants(host.process.pid)
    for name in STAND_INS[1:]:
        calls.append(host.run_plugin(f"offline.{name}", tmp_path))
        ports.append(port_of(calls[-1]))
    assert descendants(host.process.pid) == one
    assert len(set(ports)) == len(ports)
    for name, port in zip(STAND_INS, ports, strict=True):
        assert stub(port).GetPluginInfo(Empty()).version == version(f"pulumi-{name}")


def test_one_of_two_is_configured(host: Host, tmp_path: Path) -> None:
    calls = [host.run_plugin("offline.docker", tmp_path) for _ in range(2)]
    first, second = (stub(port_of(call)) for call in calls)
    wrong = Struct()
    wrong.update({"caMaterial": "a"})
    with pytest.raises(grpc.RpcError, match="all three materials are needed"):
        first.Configure(provider_pb2.ConfigureRequest(args=wrong))
    second.Configure(provider_pb2.ConfigureRequest())


def test_the_engine_ends_one_and_the_others_stay(host: Host, tmp_path: Path) -> None:
    ended, stays = host.run_plugin("offline.tls", tmp_path), host.run_plugin("offline.tls", tmp_path)
    of_ended, of_stays = port_of(ended), port_of(stays)
    ended.cancel()
    assert wait_for("its end", lambda: not listens(of_ended) or None, SECONDS)
    assert listens(of_stays)


def test_a_program_is_read_for_what_it_imports(host: Host, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import pulumi_tls\n")
    assert host.run(tmp_path).error == ""
    before = descendants(host.process.pid)
    port_of(host.run_plugin("offline.tls", tmp_path))
    assert set(descendants(host.process.pid)) <= set(before), "its process was there already"


def test_a_dynamic_provider_runs_where_and_as_the_engine_says(host: Host, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PROVIDER)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    pickled = subprocess.check_output([sys.executable, "-c", PICKLED], env=environment, text=True).strip()
    assert len(base64.b64decode(pickled)) < 100, "by its name, not by its content"
    call = host.run_plugin("pulumi.dynamic", tmp_path, SAID="by the engine", EMPTY="")
    provider = stub(port_of(call))
    properties = Struct()
    properties.update({"__provider": pickled})
    made = provider.Create(provider_pb2.CreateRequest(properties=properties))
    assert (made.properties["said"], made.properties["here"]) == ("by the engine", str(tmp_path))
    assert next(call).stdout == b"creating"


def test_each_dynamic_provider_has_a_process(host: Host, tmp_path: Path) -> None:
    calls = [host.run_plugin("pulumi.dynamic", tmp_path) for _ in range(2)]
    ports = [port_of(call) for call in calls]
    first, second = (each for each in descendants(host.process.pid) if listens_itself(each, ports))
    calls[0].cancel()
    assert wait_for("the end of one", lambda: alive(first) != alive(second) or None, SECONDS)


def listens_itself(pid: int, ports: list[int]) -> bool:
    """Whether a process has one of these ports. Source: proc(5), /proc/PID/net/tcp6 and /proc/PID/fd."""
    lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]]
    sockets = {f"socket:[{line[9]}]" for line in lines if int(line[1].split(":")[1], 16) in ports and line[3] == "0A"}
    return any(link(path) in sockets for path in Path(f"/proc/{pid}/fd").iterdir())


def link(path: Path) -> str:
    with suppress(OSError):
        return str(path.readlink())
    return ""


def test_a_plugin_of_somebody_else_is_refused(host: Host, tmp_path: Path) -> None:
    with pytest.raises(grpc.RpcError, match="/plugin: the offline language host runs no plugin but its own"):
        next(host.run_plugin("", tmp_path))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_host(host: Host, tmp_path: Path, ending: signal.Signals) -> None:
    (tmp_path / "__main__.py").write_text("import time, pathlib\npathlib.Path('began').touch()\ntime.sleep(60)\n")
    run = host.stub.Run.future(host.request(tmp_path), timeout=60)
    calls = [host.run_plugin(module, tmp_path) for module in ("offline.tls", "pulumi.dynamic")]
    for call in calls:
        port_of(call)
    wait_for("the program", lambda: (tmp_path / "began").exists() or None, SECONDS)
    started = descendants(host.process.pid)
    assert len(started) >= 3
    host.process.send_signal(ending)
    assert gone(started)
    run.cancel()
