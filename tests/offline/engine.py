"""Stands in for Pulumi's engine: calls a plugin's service as the engine does."""

from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc
from google.protobuf import struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from offline.kit.engine_log import EngineLog
from offline.kit.server import Plugin, Service
from offline.kit.values import Properties, from_struct, to_struct

_SIGNATURE = "4dabf18193072939515e22adb298388d"


class AbortedError(Exception):
    """A call ended with an error; the text is what the user would see."""


class CheckedError(Exception):
    """A check found faults: the argument maps property paths to reasons."""

    @property
    def faults(self) -> dict[str, str]:
        return dict(self.args[0])


class Context:
    """A call's context, of which the services use one method."""

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        raise AbortedError(details)


class Recorder(EngineLog):
    """Keeps what a plugin says while it works."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.statuses: list[str] = []
        self.warnings: list[str] = []

    def status(self, urn: str, message: str) -> None:
        self.statuses.append(message)

    def warn(self, urn: str, message: str) -> None:
        self.warnings.append(message)


@dataclass
class Made:
    """A resource as the engine keeps it."""

    id: str
    inputs: Properties
    state: Properties
    secrets: set[str] = field(default_factory=set)


class Caller:
    """One plugin, with shorthands for its calls. `type_` is the end of a type token, such as PrivateKey."""

    def __init__(self, plugin: Plugin) -> None:
        self.log = Recorder()
        self.service = Service(plugin, self.log)
        self._toks = {resource.tok.split(":")[-1]: resource.tok for resource in plugin.resources(self.log)}
        self._context: Any = Context()

    def configure(self, **config: str) -> None:
        self.service.Configure(provider_pb2.ConfigureRequest(args=to_struct(config)), self._context)

    def check(self, type_: str, news: Properties, olds: Properties | None = None) -> Properties:
        request = provider_pb2.CheckRequest(urn=self._urn(type_), olds=to_struct(olds or {}), news=to_struct(news))
        response = self.service.Check(request, self._context)
        if response.failures:
            raise CheckedError({failure.property: failure.reason for failure in response.failures})
        return from_struct(response.inputs)

    def preview(self, type_: str, news: Properties) -> Properties:
        properties = to_struct(self.check(type_, news))
        request = provider_pb2.CreateRequest(urn=self._urn(type_), properties=properties, preview=True)
        return from_struct(self.service.Create(request, self._context).properties)

    def preview_update(self, type_: str, made: Made, news: Properties) -> Properties:
        inputs = to_struct(self.check(type_, news, made.inputs))
        request = provider_pb2.UpdateRequest(
            urn=self._urn(type_), id=made.id, olds=to_struct(made.state), news=inputs, preview=True
        )
        return from_struct(self.service.Update(request, self._context).properties)

    def create(self, type_: str, news: Properties) -> Made:
        inputs = self.check(type_, news)
        request = provider_pb2.CreateRequest(urn=self._urn(type_), properties=to_struct(inputs))
        response = self.service.Create(request, self._context)
        return Made(response.id, inputs, from_struct(response.properties), secrets(response.properties))

    def diff(self, type_: str, made: Made, news: Properties) -> provider_pb2.DiffResponse:
        inputs = self.check(type_, news, made.inputs)
        request = provider_pb2.DiffRequest(
            urn=self._urn(type_), id=made.id, olds=to_struct(made.state), news=to_struct(inputs)
        )
        return self.service.Diff(request, self._context)

    def changes(self, type_: str, made: Made, news: Properties) -> dict[str, str]:
        """Property -> kind of change, such as UPDATE_REPLACE; empty without one."""
        response = self.diff(type_, made, news)
        assert (response.changes == provider_pb2.DiffResponse.DIFF_SOME) == bool(response.detailedDiff)
        kinds = provider_pb2.PropertyDiff.Kind
        return {name: kinds.Name(change.kind) for name, change in response.detailedDiff.items()}

    def read(self, type_: str, made: Made) -> Made | None:
        properties, inputs = to_struct(made.state), to_struct(made.inputs)
        request = provider_pb2.ReadRequest(urn=self._urn(type_), id=made.id, properties=properties, inputs=inputs)
        response = self.service.Read(request, self._context)
        if not response.id:
            return None
        state = from_struct(response.properties)
        return Made(response.id, from_struct(response.inputs), state, secrets(response.properties))

    def update(self, type_: str, made: Made, news: Properties) -> Made:
        inputs = self.check(type_, news, made.inputs)
        request = provider_pb2.UpdateRequest(
            urn=self._urn(type_), id=made.id, olds=to_struct(made.state), news=to_struct(inputs)
        )
        return Made(made.id, inputs, from_struct(self.service.Update(request, self._context).properties))

    def delete(self, type_: str, made: Made) -> None:
        request = provider_pb2.DeleteRequest(urn=self._urn(type_), id=made.id, properties=to_struct(made.state))
        assert self.service.Delete(request, self._context) == Empty()

    def _urn(self, type_: str) -> str:
        return f"urn:pulumi:stack::project::{self._toks.get(type_, type_)}::it"


def secrets(struct: struct_pb2.Struct) -> set[str]:
    """The top-level properties that are marked secret."""
    return {
        name
        for name, value in struct.fields.items()
        if value.HasField("struct_value") and _SIGNATURE in value.struct_value.fields
    }
