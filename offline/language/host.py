"""The gRPC service behind `pulumi-language-python`.

The official host starts a Python process for questions about packages, another for the program and one for each
plugin, all of them from the beginning. This one is Python itself, answers by itself, and forks the others.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from offline.kit.lifeline import follow_parent
from offline.kit.paths import hide_own_path
from offline.kit.stubs import version_of
from offline.language.debug import is_asked_for
from offline.language.plugins import Plugins
from offline.processes.line import Line
from offline.processes.program import ENDS, IMPORTS
from offline.processes.start import Processes, processes

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# A plugin takes one as long as it runs.
_WORKERS = 256
_INTERRUPT = b"interrupt"


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine at `engine` (host:port)."""

    def __init__(self, engine: str, started: Processes) -> None:
        self._engine = engine
        self._processes = started
        self._plugins = Plugins(started)
        self._debug = is_asked_for(os.getppid())
        self._lock = threading.Lock()
        self._running: Line | None = None

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version_of("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        # After this comes the program, or a provider.
        self._processes.prepare()
        from offline.language.packages import plugins

        packages = [
            plugin_pb2.PackageDependency(name=name, kind="resource", version=f"v{number}")
            for name, number in plugins().items()
        ]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        line = self._processes.start("program")
        with self._lock, suppress(OSError):
            for content in (request.SerializeToString(), self._engine.encode(), b"debug" if self._debug else b""):
                line.send(content)
            # Not sooner: an interrupt would come in between.
            self._running = line
        while said := line.receive():
            if said.startswith(IMPORTS):
                self._plugins.expect(said.removeprefix(IMPORTS).decode())
            else:
                break
        with self._lock:
            self._running = None
        if said is None:
            return language_pb2.RunResponse(error="the program's process ended before the program did")
        return language_pb2.RunResponse.FromString(said.removeprefix(ENDS))

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        with self._lock, suppress(OSError):
            if self._running:
                self._running.send(_INTERRUPT)
        return Empty()

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        return self._plugins.run(request, context)

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        number = ".".join(map(str, sys.version_info[:3]))
        return language_pb2.AboutResponse(executable=sys.executable, version=number)

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        from importlib.metadata import distributions

        found = sorted({(package.name, package.version) for package in distributions()})
        dependencies = [language_pb2.DependencyInfo(name=name, version=number) for name, number in found]
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        requirements = Path(request.info.program_directory) / "requirements.txt"
        if not requirements.exists():
            return
        command = [sys.executable, "-m", "pip", "install", "--requirement", str(requirements)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pip:
            yield from (language_pb2.InstallDependenciesResponse(stdout=line) for line in pip.stdout or [])
        if pip.returncode:
            context.abort(grpc.StatusCode.UNKNOWN, f"{' '.join(command)} exited with code {pip.returncode}")

    def GenerateProgram(
        self, request: language_pb2.GenerateProgramRequest, context: grpc.ServicerContext
    ) -> language_pb2.GenerateProgramResponse:
        _refuse_to_write(context)

    def GenerateProject(
        self, request: language_pb2.GenerateProjectRequest, context: grpc.ServicerContext
    ) -> language_pb2.GenerateProjectResponse:
        _refuse_to_write(context)

    def GeneratePackage(
        self, request: language_pb2.GeneratePackageRequest, context: grpc.ServicerContext
    ) -> language_pb2.GeneratePackageResponse:
        _refuse_to_write(context)

    def Pack(self, request: language_pb2.PackRequest, context: grpc.ServicerContext) -> language_pb2.PackResponse:
        _refuse_to_write(context)

    def Link(self, request: language_pb2.LinkRequest, context: grpc.ServicerContext) -> language_pb2.LinkResponse:
        _refuse_to_write(context)

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()


def _refuse_to_write(context: grpc.ServicerContext) -> NoReturn:
    """For `pulumi convert`, `pulumi import` and `pulumi package add`."""
    reason = "the offline language host writes no code: that takes Pulumi's own language host"
    context.abort(grpc.StatusCode.UNIMPLEMENTED, reason)
    raise AssertionError("abort raises")


def serve() -> None:
    """Run as the CLI expects: the engine's address is the last argument, the port goes to standard output."""
    started = processes(hide_own_path())
    server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), options=_UNLIMITED)
    host = LanguageHost(sys.argv[-1], started)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    signal.signal(signal.SIGINT, _interrupt_once)
    follow_parent(last=started.end)
    print(port, flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    started.end()
    os._exit(0)


def _interrupt_once(*_: object) -> NoReturn:
    # The CLI interrupts a host in more than one way at once; the second must not disturb the handling of the first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
