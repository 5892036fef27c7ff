"""The gRPC service that makes a set of resource types a Pulumi plugin.

The SDK has a framework for this (`pulumi.provider.experimental`), which is not used because its server adds a
Python traceback to every error message.
"""

import os
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, NoReturn

import grpc
from google.protobuf import struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from offline.kit import schema as tables
from offline.kit.engine_log import EngineLog
from offline.kit.lifeline import follow_parent
from offline.kit.resource import Diff, PluginError, Resource
from offline.kit.stubs import version_of
from offline.kit.values import Properties, from_struct, to_struct

# Operations wait for machines, not for this process: the engine's own limit on parallel operations is the bound.
_WORKERS = 64
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# What the engine adds to a provider's configuration for itself.
_ENGINES_OWN = frozenset({"version", "pluginDownloadURL"})
_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class Plugin(ABC):
    """A package of resource types with its configuration."""

    package: ClassVar[str]
    """The PyPI package whose version the plugin carries, e.g. `pulumi_tls`."""
    config: ClassVar[tables.Schema] = {}

    @abstractmethod
    def resources(self, log: EngineLog) -> Iterable[Resource]:
        """The resource types."""

    def configure(self, config: Properties) -> None:
        """Take the provider's configuration; PluginError when it makes no sense."""
        return


class Service(provider_pb2_grpc.ResourceProviderServicer):
    """The engine's side of a plugin: translates calls, and errors into their bare text."""

    def __init__(self, plugin: Plugin, log: EngineLog) -> None:
        self._plugin = plugin
        self._log = log
        self._resources = {resource.tok: resource for resource in plugin.resources(log)}

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version_of(self._plugin.package))

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._log.cancelled.set()
        return Empty()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        news = {name: value for name, value in from_struct(request.news).items() if name not in _ENGINES_OWN}
        return _checked(self._plugin.config, news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        olds, news = from_struct(request.olds), from_struct(request.news)
        names = (name for name in self._plugin.config if olds.get(name) != news.get(name))
        return _difference(Diff(dict.fromkeys(names, ("update", False))))

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        try:
            self._plugin.configure(from_struct(request.args))
        except PluginError as failure:
            _fail(context, failure)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        resource = self._resource(request.urn, context)
        news = from_struct(request.news)
        return _checked(resource.schema, news, resource.check(request.urn, from_struct(request.olds), news))

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        resource = self._resource(request.urn, context)
        return _difference(resource.diff(from_struct(request.olds), from_struct(request.news)))

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        resource = self._resource(request.urn, context)
        inputs = tables.public(from_struct(request.properties))
        if request.preview:
            return provider_pb2.CreateResponse(properties=_wire(resource, resource.preview_create(inputs)))
        try:
            id_, state = resource.create(request.urn, inputs)
        except Exception as error:
            _fail(context, error)
        return provider_pb2.CreateResponse(id=id_, properties=_wire(resource, resource.with_id(state, id_)))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        resource = self._resource(request.urn, context)
        if not request.properties.fields:
            _refuse(context, f"cannot import a {resource.tok}")
        try:
            found = resource.read(request.urn, request.id, tables.public(from_struct(request.properties)))
        except Exception as error:
            _fail(context, error)
        if found is None:
            return provider_pb2.ReadResponse()
        id_, state = found
        properties = _wire(resource, resource.with_id(state, id_))
        inputs = _wire(resource, from_struct(request.inputs))
        return provider_pb2.ReadResponse(id=id_, properties=properties, inputs=inputs)

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        resource = self._resource(request.urn, context)
        olds, news = tables.public(from_struct(request.olds)), tables.public(from_struct(request.news))
        if request.preview:
            return provider_pb2.UpdateResponse(properties=_wire(resource, resource.preview_update(olds, news)))
        try:
            state = resource.update(request.urn, request.id, olds, news)
        except Exception as error:
            _fail(context, error)
        return provider_pb2.UpdateResponse(properties=_wire(resource, resource.with_id(state, request.id)))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        resource = self._resource(request.urn, context)
        try:
            resource.delete(request.urn, request.id, from_struct(request.properties))
        except Exception as error:
            _fail(context, error)
        return Empty()

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        _refuse(context, "has no schema")

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        _refuse(context, f"cannot call {request.tok}")

    def _resource(self, urn: str, context: grpc.ServicerContext) -> Resource:
        # An URN is urn:pulumi:stack::project::parent$type::name.
        token = urn.split("::")[2].split("$")[-1]
        if token not in self._resources:
            known = ", ".join(sorted(self._resources))
            _fail(context, PluginError(f"{token} is not among the offline plugin's types: {known}"))
        return self._resources[token]


def _wire(resource: Resource, properties: Properties) -> struct_pb2.Struct:
    return to_struct(tables.marked(resource.schema, properties))


def _fail(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    if isinstance(error, PluginError):
        text = str(error)
    else:
        # The text of an error that nobody foresaw may hold anything, secrets included.
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__} at {place.filename}:{place.lineno}: an error in the offline plugin itself"
    context.abort(grpc.StatusCode.UNKNOWN, text)
    raise AssertionError("abort raises")


def _refuse(context: grpc.ServicerContext, what: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the offline plugin {what}: that takes Pulumi's own plugin")
    raise AssertionError("abort raises")


def _checked(schema: tables.Schema, given: Properties, inputs: Properties | None = None) -> provider_pb2.CheckResponse:
    failures = [
        provider_pb2.CheckFailure(property=path, reason=reason)
        for path, reason in tables.failures(schema, given).items()
    ]
    struct = to_struct(tables.marked(schema, given if inputs is None else inputs))
    return provider_pb2.CheckResponse(inputs=struct, failures=failures)


def _difference(diff: Diff) -> provider_pb2.DiffResponse:
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some if diff.changes else none,
        diffs=list(diff.changes),
        replaces=diff.replaces,
        deleteBeforeReplace=diff.delete_first and bool(diff.replaces),
        detailedDiff={name: provider_pb2.PropertyDiff(kind=_KINDS[change]) for name, change in diff.changes.items()},
        hasDetailedDiff=True,
    )


class Server:
    """A plugin that listens on a port of its own, for the engine at `engine` (host:port)."""

    def __init__(self, plugin: Plugin, engine: str) -> None:
        self._log = EngineLog(engine)
        self._server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), options=_UNLIMITED)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Service(plugin, self._log), self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def end(self) -> None:
        """Listen no more; operations that are going on are told to stop."""
        self._log.cancelled.set()
        self._server.stop(grace=None)


def serve(plugin: Plugin) -> None:
    """Be the plugin as the engine expects: its address is the last argument, the port goes to standard output."""
    server = Server(plugin, sys.argv[-1])
    follow_parent()
    print(server.port, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.end()
        # Nothing is left to put in order, and the interpreter's own end takes a tenth of a second of every `up`.
        os._exit(0)
