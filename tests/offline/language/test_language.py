"""The language host: what it answers, and how programs run in it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2

from offline.language.debug import is_asked_for
from tests.offline.monitor import CHECKOUT, Host, language_host


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "helper.py").write_text("def boom():\n    raise ValueError('boom')\n")
    return tmp_path


@pytest.fixture(params=[True, False], ids=["forks", "spawns"])
def host(folder: Path, request: pytest.FixtureRequest) -> Iterator[Host]:
    with language_host(folder, forks=request.param) as host:
        yield host


def _program(folder: Path, text: str) -> Path:
    (folder / "__main__.py").write_text(text)
    return folder


def test_answers(host: Host) -> None:
    assert host.stub.GetPluginInfo(Empty()).version == version("pulumi")
    about = host.stub.About(language_pb2.AboutRequest())
    assert about.executable == sys.executable
    assert about.version == ".".join(map(str, sys.version_info[:3]))
    packages = host.stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest()).packages
    assert {package.name: (package.kind, package.version) for package in packages} == {
        name: ("resource", f"v{version(f'pulumi-{name}')}") for name in ("command", "docker", "tls")
    }
    found = host.stub.GetProgramDependencies(language_pb2.GetProgramDependenciesRequest()).dependencies
    assert version("pulumi") in [dependency.version for dependency in found if dependency.name == "pulumi"]
    host.stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=host.address))
    host.stub.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest())


def test_run(host: Host, folder: Path) -> None:
    text = "import pulumi, helper, sys\nprint('said', pulumi.Config().require('key'))\n"
    text += "print('warned', file=sys.stderr)\npulumi.export('out', pulumi.get_stack())\n"
    response = host.run(_program(folder, text), key="value")
    assert (response.error, response.bail) == ("", False)
    assert host.monitor.registered == ["pulumi:pulumi:Stack"]
    assert host.monitor.outputs == {"out": "stack"}
    assert sorted(host.end().splitlines()) == ["said value", "warned"]


def test_a_program_has_the_whole_sdk_and_nothing_of_another_run(host: Host, folder: Path) -> None:
    text = "import pulumi, sys\nstubs = pulumi.runtime.proto.language_pb2\n"
    text += "pulumi.export('one', stubs is sys.modules['pulumi.runtime.proto.language_pb2'])\n"
    text += "pulumi.export('left', hasattr(pulumi, 'left'))\npulumi.left = True\n"
    for _ in range(2):
        assert host.run(_program(folder, text)).error == ""
        assert (host.monitor.outputs["one"], host.monitor.outputs["left"]) == (True, False)


def test_a_program_sees_its_own_folder_first_and_the_checkout_as_its_environment_says(host: Host, folder: Path) -> None:
    text = "import os, sys, pulumi\npulumi.export('path', list(sys.path))\npulumi.export('cwd', os.getcwd())\n"
    text += "pulumi.export('environment', os.environ.get('PYTHONPATH', ''))\npulumi.export('argv', sys.argv)\n"
    host.run(_program(folder, text))
    path = list(host.monitor.outputs["path"])
    assert path[0] == str(folder)
    python = [sys.executable, "-P", "-c", "import sys; print('\\n'.join(sys.path))"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    said = subprocess.run(python, env=environment, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert path[1:] == said.splitlines()
    assert host.monitor.outputs["cwd"] == str(folder)
    assert host.monitor.outputs["environment"] == ""
    assert list(host.monitor.outputs["argv"]) == [str(folder)]


def test_run_error_is_its_text(host: Host, folder: Path) -> None:
    response = host.run(_program(folder, "import pulumi\nraise pulumi.RunError('config key project:port is wrong')"))
    assert (response.error, response.bail) == ("", True)
    assert host.monitor.errors == ["config key project:port is wrong"]


def test_traceback_begins_in_the_program(host: Host, folder: Path) -> None:
    response = host.run(_program(folder, "import helper\nhelper.boom()\n"))
    assert (response.error, response.bail) == ("", True)
    [message] = host.monitor.errors
    lines = message.splitlines()
    assert lines[:3] == [
        "Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        f'  File "{folder}/__main__.py", line 2, in <module>',
    ]
    assert lines[-1] == "ValueError: boom"
    assert "offline/" not in message


def test_traceback_of_an_apply(host: Host, folder: Path) -> None:
    text = "import pulumi, helper\npulumi.export('o', pulumi.Output.from_input(1).apply(lambda _: helper.boom()))\n"
    assert host.run(_program(folder, text)).bail
    assert "ValueError: boom" in host.monitor.errors[0]


def test_exit_code(host: Host, folder: Path) -> None:
    assert host.run(_program(folder, "import sys\nsys.exit(3)\n")).error == "the program exited with code 3"


def test_a_program_that_ends_its_process(host: Host, folder: Path) -> None:
    response = host.run(_program(folder, "import os\nos._exit(3)\n"))
    assert response.error == "the program's process ended before the program did"
    assert host.run(_program(folder, "import pulumi\n")).error == ""


@pytest.mark.parametrize(("option", "debug"), [("--debug", True), ("-yd", True), ("-v=9", True), ("--diff", False)])
def test_debug_messages_are_sent_if_the_cli_shows_them(option: str, debug: bool) -> None:
    runs = "import time; print('runs', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", runs, option], stdout=subprocess.PIPE, text=True) as cli:
        assert cli.stdout
        assert cli.stdout.readline() == "runs\n"
        assert is_asked_for(cli.pid) == debug
        cli.kill()


def test_debug_messages_are_sent_if_nobody_knows() -> None:
    assert is_asked_for(2**22 + 1)


def test_no_program(host: Host, folder: Path) -> None:
    assert host.run(folder).bail
    assert host.monitor.errors == [f"unable to find main python program `__main__.py` in `{folder}`"]


def test_cancel_ends_a_program_that_sleeps_and_nothing_else(host: Host, folder: Path) -> None:
    started = folder / "started"
    text = f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(60)\n"
    answers: list[language_pb2.RunResponse] = []
    thread = threading.Thread(target=lambda: answers.append(host.run(_program(folder, text))))
    thread.start()
    plugin = host.run_plugin("offline.tls", folder)
    port = int(next(plugin).stdout)
    _wait_until(started.exists)
    for _ in range(2):
        host.stub.Cancel(Empty())
    thread.join(10)
    assert [answer.error for answer in answers] == ["the program was interrupted"]
    assert plugin.is_active()
    assert _listens(port), "it may be in the middle of an operation, which the engine waits for"
    host.end()
    assert host.process.returncode == 0


def test_cancel_without_a_program(host: Host) -> None:
    host.stub.Cancel(Empty())
    assert host.stub.GetPluginInfo(Empty()).version


@pytest.mark.parametrize("method", ["GenerateProgram", "GenerateProject", "GeneratePackage", "Pack", "Link"])
def test_what_only_pulumis_own_host_can_do_is_said(host: Host, method: str) -> None:
    request = getattr(language_pb2, f"{method}Request")()
    with pytest.raises(grpc.RpcError) as caught:
        getattr(host.stub, method)(request)
    assert caught.value.details() == "the offline language host writes no code: that takes Pulumi's own language host"


def test_a_debugger_is_announced_and_waited_for(host: Host, folder: Path) -> None:
    request = host.request(_program(folder, "import pulumi\npulumi.export('went', 'on')\n"))
    request.attach_debugger = True
    run = host.stub.Run.future(request, timeout=60)
    _wait_until(lambda: bool(host.monitor.debuggers), 30)
    [debugger] = host.monitor.debuggers
    assert (debugger["type"], debugger["request"]) == ("python", "attach")
    assert host.monitor.outputs == {}
    with debugging(debugger["connect"]["host"], int(debugger["connect"]["port"])):
        assert run.result().error == ""
    assert host.monitor.outputs == {"went": "on"}


@contextmanager
def debugging(host: str, port: int) -> Iterator[None]:
    """Attaches to what waits there, in the words of the Debug Adapter Protocol."""
    with socket.create_connection((host, port), timeout=30) as connection, connection.makefile("rb") as heard:
        for number, command in enumerate(("initialize", "attach", "configurationDone"), 1):
            content = {"seq": number, "type": "request", "command": command, "arguments": {"adapterID": "test"}}
            text = json.dumps(content).encode()
            connection.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
            _hear(heard, "initialized" if command == "attach" else "")
        yield


def _hear(heard: BinaryIO, event: str) -> None:
    """Reads one message, or as many as it takes until the event comes."""
    while True:
        length = int(heard.readline().split(b":")[1])
        heard.readline()
        message = json.loads(heard.read(length))
        if not event or message.get("event") == event:
            return


def test_there_may_be_nothing_to_install(host: Host, folder: Path) -> None:
    request = language_pb2.InstallDependenciesRequest(info=language_pb2.ProgramInfo(program_directory=str(folder)))
    assert list(host.stub.InstallDependencies(request)) == []


def test_install_dependencies(host: Host, folder: Path) -> None:
    (folder / "requirements.txt").write_text("pulumi\n")
    info = language_pb2.ProgramInfo(program_directory=str(folder))
    request = language_pb2.InstallDependenciesRequest(info=info)
    printed = b"".join(response.stdout for response in host.stub.InstallDependencies(request))
    assert b"Requirement already satisfied: pulumi" in printed


def test_all_end_with_the_engine() -> None:
    modules = ["offline.language", "offline.tls", "offline.command", "offline.docker"]
    commands = [[sys.executable, "-u", "-P", "-m", module, "127.0.0.1:1"] for module in modules]
    engine = f"import subprocess, time\nfor command in {commands}:\n    subprocess.Popen(command)\ntime.sleep(60)\n"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen([sys.executable, "-c", engine], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        ports = [int(parent.stdout.readline()) for _ in modules]
        assert all(_listens(port) for port in ports)
        parent.kill()
    _wait_until(lambda: not any(_listens(port) for port in ports))


def _listens(port: int) -> bool:
    # Tells more than a process's entry: that may outlast the process where nobody asks how it ended.
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
