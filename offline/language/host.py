"""The gRPC service behind `pulumi-language-python`.

The official host starts one Python process for questions about packages and another for the program. This one is
Python itself and runs the program in place, which saves an `up` their start.
"""

import os
import signal
import site
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import NoReturn, TypeAlias

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from offline.early.starter import EarlyPlugins
from offline.kit.lifeline import follow_parent
from offline.kit.stubs import version_of, with_sdk
from offline.language.outcome import Outcome

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
Job: TypeAlias = tuple[language_pb2.RunRequest, Future[Outcome]]


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine at `engine` (host:port), and leaves programs to the main thread."""

    def __init__(self, engine: str, early: EarlyPlugins) -> None:
        self._engine = engine
        self._early = early
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._running = False

    def work(self) -> None:
        """Run programs as they come, until a KeyboardInterrupt."""
        while True:
            request, outcome = self._jobs.get()
            with_sdk()
            from offline.language.program import run

            self._swap_running(now=True)
            try:
                result = run(request, self._engine)
            except KeyboardInterrupt:
                # The engine is done with this host: it interrupts it, and waits for its end.
                outcome.set_result(Outcome("the program was interrupted"))
                raise
            self._swap_running(now=False)
            outcome.set_result(result)

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
        from offline.language.packages import plugins

        packages = [
            plugin_pb2.PackageDependency(name=name, kind="resource", version=f"v{number}")
            for name, number in plugins().items()
        ]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        outcome: Future[Outcome] = Future()
        self._early.start(Path.cwd(), dict(os.environ))
        self._jobs.put((request, outcome))
        result = outcome.result()
        return language_pb2.RunResponse(error=result.error, bail=result.shown)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        if self._swap_running(now=False):
            # As the official host does to its child process: it reaches a program that sleeps or computes, too.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return Empty()

    def _swap_running(self, *, now: bool) -> bool:
        with self._lock:
            before, self._running = self._running, now
        return before

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
    """Run as the CLI expects: the engine's address is the last argument, the port goes to standard output."""
    early = EarlyPlugins(sys.argv[-1], _hide_own_path())
    host = LanguageHost(sys.argv[-1], early)
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=_UNLIMITED)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    follow_parent(last=early.end)
    print(port, flush=True)
    signal.signal(signal.SIGINT, _interrupt_once)
    with suppress(KeyboardInterrupt):
        host.work()
    early.end()
    server.stop(grace=1).wait()
    sys.stdout.flush()
    # Not sys.exit: threads of the program may wait for answers that an engine on its way out no longer gives.
    os._exit(0)


def _interrupt_once(*_: object) -> NoReturn:
    # The CLI interrupts a host in more than one way at once; the second must not disturb the handling of the first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _hide_own_path() -> str:
    # The launcher's PYTHONPATH leads to this package; the program and its children must not find first what lies beside
    # it. Whether they find it at all, after all else, the environment's .pth files say.
    own = str(Path(__file__).parents[2])
    sys.path[:] = [entry for entry in sys.path if entry != own]
    os.environ.pop("PYTHONPATH", None)
    site.addsitedir(sysconfig.get_path("purelib"))
    return own
