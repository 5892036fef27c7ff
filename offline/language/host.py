"""The gRPC service behind `pulumi-language-python`.

The official host starts one Python process for questions about packages and another for the program. This one is
Python itself and runs the program in place, which saves an `up` their start.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions, version
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from offline.language.packages import plugins
from offline.language.program import Program
from offline.plugin.lifeline import follow_parent

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers for one engine, whose host:port is `engine`."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._program = Program()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        packages = [
            plugin_pb2.PackageDependency(name=name, kind="resource", version=f"v{number}")
            for name, number in plugins().items()
        ]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        outcome = self._program.run(request, self._engine)
        return language_pb2.RunResponse(error=outcome.error, bail=outcome.shown)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._program.cancel()
        return Empty()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        number = ".".join(map(str, sys.version_info[:3]))
        return language_pb2.AboutResponse(executable=sys.executable, version=number)

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        found = sorted({(package.name, package.version) for package in distributions()})
        dependencies = [language_pb2.DependencyInfo(name=name, version=number) for name, number in found]
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        requirements = Path(request.info.program_directory) / "requirements.txt"
        command = [sys.executable, "-m", "pip", "install", "--requirement", str(requirements)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pip:
            yield from (language_pb2.InstallDependenciesResponse(stdout=line) for line in pip.stdout or [])
        if pip.returncode:
            context.abort(grpc.StatusCode.UNKNOWN, f"{' '.join(command)} exited with code {pip.returncode}")

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()


def serve() -> None:
    """Run the host as the CLI expects: the engine's address is the last argument, the port goes to standard output."""
    _hide_own_path()
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=_UNLIMITED)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    follow_parent()
    print(port, flush=True)

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop(grace=None)


def _hide_own_path() -> None:
    # The launcher's PYTHONPATH leads to this package; the program and its children must not see what lies beside it.
    own = str(Path(__file__).parents[2])
    sys.path[:] = [entry for entry in sys.path if entry != own]
    os.environ.pop("PYTHONPATH", None)
