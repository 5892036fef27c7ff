"""The engine's side of a program's run: takes what it registers and logs."""

# ruff: noqa: N802 - gRPC dictates the names of a service's methods

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from offline.language.plugins import OPTION

CHECKOUT = Path(__file__).parents[2]
ELSEWHERE = "import runpy, sys; sys.platform = 'elsewhere'; runpy.run_module('offline.language', run_name='__main__')"


class Monitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Says yes to everything, and remembers it."""

    def __init__(self) -> None:
        self.registered: list[str] = []
        self.outputs: dict[str, Any] = {}
        self.errors: list[str] = []
        self.debuggers: list[dict[str, Any]] = []

    def SupportsFeature(self, request: Any, context: Any) -> resource_pb2.SupportsFeatureResponse:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in ("secrets", "resourceReferences"))

    def RegisterResource(self, request: Any, context: Any) -> resource_pb2.RegisterResourceResponse:
        self.registered.append(request.type)
        urn = f"urn:pulumi:stack::project::{request.type}::{request.name}"
        return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Empty:
        self.outputs |= dict(request.outputs)
        return Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Empty:
        return Empty()

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> Empty:
        if request.severity == engine_pb2.ERROR:
            self.errors.append(request.message)
        return Empty()

    def StartDebugging(self, request: engine_pb2.StartDebuggingRequest, context: Any) -> Empty:
        self.debuggers.append(MessageToDict(request.config))
        return Empty()

    def GetRootResource(self, request: Any, context: Any) -> engine_pb2.GetRootResourceResponse:
        return engine_pb2.GetRootResourceResponse()

    def SetRootResource(self, request: Any, context: Any) -> engine_pb2.SetRootResourceResponse:
        return engine_pb2.SetRootResourceResponse()


@dataclass
class Host:
    """A language host in a process of its own, with the monitor that it reports to."""

    process: subprocess.Popen[str]
    stub: Any
    monitor: Monitor
    address: str
    printed: list[str] = field(default_factory=list)

    def request(self, program: Path, **config: str) -> language_pb2.RunRequest:
        folder = str(program)
        info = language_pb2.ProgramInfo(root_directory=folder, program_directory=folder, entry_point=".")
        return language_pb2.RunRequest(
            project="project",
            stack="stack",
            pwd=folder,
            info=info,
            parallel=4,
            organization="organization",
            monitor_address=self.address,
            config={f"project:{key}": value for key, value in config.items()},
        )

    def run(self, program: Path, **config: str) -> language_pb2.RunResponse:
        response: language_pb2.RunResponse = self.stub.Run(self.request(program, **config), timeout=30)
        return response

    def run_plugin(self, module: str, folder: Path, **environment: str) -> Any:
        """The call that runs a plugin, started in `folder`; it yields what the plugin writes."""
        info = language_pb2.ProgramInfo(program_directory="/plugin")
        if module:
            info.options[OPTION] = module
        whole = [f"{name}={value}" for name, value in {**os.environ, **environment}.items()]
        request = language_pb2.RunPluginRequest(pwd=str(folder), args=[self.address], env=whole, info=info)
        return self.stub.RunPlugin(request, timeout=60)

    def end(self) -> str:
        """End the process as the CLI does; what it printed after its port."""
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate(timeout=10)
        return printed


@contextlib.contextmanager
def language_host(folder: Path, *, forks: bool = True) -> Iterator[Host]:
    """A host started in `folder`, as its launcher starts it; `forks` says whether it is on a system where it does."""
    monitor = Monitor()
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    command = [sys.executable, "-u", "-P", *(("-m", "offline.language") if forks else ("-c", ELSEWHERE)), address]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                yield Host(process, language_pb2_grpc.LanguageRuntimeStub(channel), monitor, address)
        finally:
            process.kill()
            process.wait()
            server.stop(grace=None).wait()
