"""Plugins that run with the language host, as the engine wants it of those that have a PulumiPlugin.yaml.

The engine reads what such a plugin writes, of which the first line is its port, and ends the call to end the plugin.
"""

import os
import selectors
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from threading import Event, Lock
from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import language_pb2

from offline.processes.line import Line
from offline.processes.start import Processes

OPTION = "module"
"""The runtime's option, in a PulumiPlugin.yaml, that says which plugin it is."""

_DYNAMIC = "pulumi.dynamic"
_CHUNK = 65536


class Plugins:
    """The plugins of one host."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._lock = Lock()
        self._stand_ins: Line | None = None

    def run(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run the plugin until it ends or the engine ends the call."""
        options: dict[str, Any] = dict(request.info.options)
        module = str(options.get(OPTION, ""))
        if module == _DYNAMIC:
            yield from self._dynamic(request, context)
        elif module:
            yield from self._stand_in(module, request.args[-1], context)
        else:
            reason = "the offline language host runs no plugin but its own: this one needs Pulumi's own host"
            _refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"{request.info.program_directory}: {reason}")

    def expect(self, stand_in: str) -> None:
        """One will be asked for soon."""
        with self._lock, suppress(OSError):
            self._line().send(f"load {stand_in}".encode())

    def _line(self) -> Line:
        if not self._stand_ins:
            self._stand_ins = self._processes.start("stand-ins")
        return self._stand_ins

    def _stand_in(
        self, module: str, engine: str, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        with self._lock:
            line = self._line()
            line.send(f"serve {module} {engine}".encode())
            port = line.receive()
        if port is None:
            _refuse(context, grpc.StatusCode.UNAVAILABLE, f"the process of the stand-ins has ended; {module} ran in it")
        ended = Event()

        def end() -> None:
            with self._lock, suppress(OSError):
                line.send(f"end {port.decode()}".encode())
            ended.set()

        # Not after what is yielded: nobody comes back for more once the call has ended.
        if not context.add_callback(end):
            end()
        yield language_pb2.RunPluginResponse(stdout=port + b"\n")
        ended.wait()

    def _dynamic(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        (output, for_output), (error, for_error) = os.pipe(), os.pipe()
        line = self._processes.start("dynamic", for_output, for_error)
        for end in (for_output, for_error):
            os.close(end)
        line.send(request.SerializeToString())
        if not context.add_callback(line.close):
            line.close()
        for source, written in _written(output, error):
            yield (
                language_pb2.RunPluginResponse(stdout=written)
                if source == output
                else language_pb2.RunPluginResponse(stderr=written)
            )
        yield language_pb2.RunPluginResponse(exitcode=0)


def _written(*sources: int) -> Iterator[tuple[int, bytes]]:
    """What comes from open files, with the file that it comes from, until all of them have ended. Closes them."""
    with selectors.DefaultSelector() as selector, ExitStack() as files:
        for source in sources:
            files.callback(os.close, source)
            selector.register(source, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if written := os.read(key.fd, _CHUNK):
                    yield key.fd, written
                else:
                    selector.unregister(key.fd)


def _refuse(context: grpc.ServicerContext, code: grpc.StatusCode, reason: str) -> NoReturn:
    context.abort(code, reason)
    raise AssertionError("abort raises")
