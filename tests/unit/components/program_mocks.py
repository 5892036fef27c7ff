"""The program, run against mocks of Pulumi's engine with a real stack file, and all that it registered."""

import asyncio
import base64
import contextvars
import json
import runpy
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime import set_mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack

from registry_stack.settings import preflight
from tests.unit.components.values import as_secret, is_secret, opened_up

ROOT = Path(__file__).parents[3]
PROJECT = NAME = "registry-stack"
STORAGE = "/nowhere/docker-machine"
STACK = "pulumi:pulumi:Stack"
VALID_UNTIL = "2121-01-31T13:00:00+01:00"
# What providers would compute, by the last part of the type; whatever is secret says so.
_COMPUTED: dict[str, tuple[str, ...]] = {
    "PrivateKey": (
        *("privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"),
        *("publicKeyOpenssh", "publicKeyPem", "publicKeyFingerprintSha256"),
    ),
    "CertRequest": ("certRequestPem",),
    "LocallySignedCert": ("certPem",),
    "RemoteImage": ("imageId",),
    "EngineImage": ("image_id",),
    "StoredAuthority": ("private_key", "fingerprint"),
    "CurrentAddress": ("current",),
    "Machine": ("user", "private_key", "host_key", "folder", "serial"),
    "ServedCertificate": ("serves",),
    "Trust": ("files", "system", "folders"),
}


@dataclass(frozen=True)
class Registered:
    """A resource as it was registered. `raw` has its inputs with secrets still wrapped."""

    urn: str
    request: resource_pb2.RegisterResourceRequest
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name within the program's stack."""
        return within(self.request.name)

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs with secrets laid open."""
        opened: dict[str, Any] = opened_up(self.raw)
        return opened


@dataclass
class Run:
    """All that a run of the program registered, and its outputs, secrets still wrapped."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Registered]:
        """The resources whose type ends so, by their names within the stack."""
        return {each.name: each for each in self.resources if each.request.type.endswith(kind)}

    def at(self, urn: str) -> Registered:
        return next(each for each in self.resources if each.urn == urn)


def within(name: str) -> str:
    """A resource's name without the one of the program's stack, with which it begins."""
    return name.removeprefix(f"{NAME}-")


def urn(parent: str, kind: str, name: str) -> str:
    """A resource's URN; `parent` is its parent's. The types of all its parents but the stack are part of it."""
    stack, project, above, _ = parent.split("::")
    return "::".join([stack, project, kind if above == STACK else f"{above}${kind}", name])


def certificate_of(name: str) -> str:
    """The certificate (PEM) of an authority, which the mocks make of its resource's name alone."""
    content = base64.b64encode(name.encode()).decode()
    return f"-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n"


@cache
def _stack_file(stack: str) -> str:
    return json.dumps(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"])


def run(stack: str, *, preview: bool = False, **changes: Any) -> Run:
    """Runs the program with a stack file's configuration, in which each change is a key's other value."""
    config = {**json.loads(_stack_file(stack)), **{f"{PROJECT}:{key}": value for key, value in changes.items()}}
    return _run(json.dumps(config), stack, preview)


@cache
def _run(config: str, stack: str, preview: bool) -> Run:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in json.loads(config).items()}
    return run_program(lambda: runpy.run_path(str(ROOT / "__main__.py")), texts, stack=stack, preview=preview)


def run_program(
    program: Callable[[], object],
    config: Mapping[str, str],
    *,
    project: str = PROJECT,
    stack: str = "demo",
    preview: bool = False,
) -> Run:
    """Runs a program with a configuration."""
    monitor = _Monitor(_Providers(), preview)

    async def whole() -> None:
        set_mocks(monitor.mocks, project, stack, preview, monitor=monitor)
        # without the stack that mocks make for tests of single components: the next line makes the program's own
        set_root_resource(None)  # type: ignore[arg-type]  # None is what it is at the start of a process
        await run_in_stack(lambda: _on_a_workstation(program, config))

    contextvars.copy_context().run(asyncio.run, whole())
    return monitor.run


def _on_a_workstation(program: Callable[[], object], config: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory() as tools, pytest.MonkeyPatch.context() as patch:
        (Path(tools) / "docker-machine").touch(0o700)
        patch.setenv("PATH", tools)
        patch.setenv("DOCKER_HOST", "tcp://engine.invalid:2375")
        patch.setenv("MACHINE_STORAGE_PATH", STORAGE)
        patch.setattr("platform.system", lambda: "Linux")
        # that of Pulumi.generic.yaml is on its user's workstation
        patch.setattr(preflight, "check_key_file", lambda *_: None)
        patch.chdir(ROOT)
        # the SDK notes the whole stack with each resource, and that of a test is a deep one
        patch.setattr(sys, "tracebacklimit", 1, raising=False)
        set_all_config(dict(config))
        program()


class _Providers(Mocks):
    """Outputs that tell where they are from, such as `<registry0 host_key>`."""

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"nothing is looked up by {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        kind, name = args.typ.rpartition(":")[2], within(args.name)
        state: dict[str, Any] = {key: f"<{name} {key}>" for key in _COMPUTED.get(kind, ()) if key not in args.inputs}
        if "dynamic/registry:" in args.typ:
            state["drift"] = []
        if kind == "Machine":
            state |= {"address": f"<{name} address>", "port": 22}
        elif kind == "SelfSignedCert":
            state |= {"certPem": certificate_of(name), "validityEndTime": VALID_UNTIL}
        elif kind == "LocallySignedCert":
            state["validityEndTime"] = VALID_UNTIL
        elif kind == "StoredAuthority":
            state |= {"certificate": certificate_of(name), "ends": VALID_UNTIL}
        elif kind == "StaticAddress":
            state["settled"] = args.inputs["address"]
        return f"<{name} id>", {**args.inputs, **state}


class _Monitor(MockMonitor):
    """Records every registration. As the engine does, it makes URNs, and marks as secrets what a resource declares and
    outputs of the name of a secret input. In a preview whatever a provider would compute is unknown."""

    def __init__(self, mocks: Mocks, preview: bool) -> None:
        super().__init__(mocks)
        self.run = Run()
        self._preview = preview

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        return urn(parent, type_, name) if parent else super().make_urn(parent, type_, name)

    def RegisterResource(  # noqa: N802  # gRPC dictates the name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        with _event_loop():
            response: resource_pb2.RegisterResourceResponse = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # as the SDK has it
        raw = MessageToDict(request.object)
        if request.type != STACK:
            self.run.resources.append(Registered(response.urn, request, raw))
        state: Mapping[str, Any] = raw if self._preview else MessageToDict(response.object)
        secret = {*request.additionalSecretOutputs, *(key for key, value in raw.items() if is_secret(value))}
        marked = {key: as_secret(value) if key in secret else value for key, value in state.items()}
        response.object.Clear()
        ParseDict(marked, response.object)
        if self._preview:
            response.id = ""
        return response

    def RegisterResourceOutputs(  # noqa: N802  # gRPC dictates the name
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> Empty:
        if f"::{STACK}::" in request.urn:
            self.run.outputs = MessageToDict(request.outputs)
        return Empty()


@contextmanager
def _event_loop() -> Iterator[None]:
    """The mocks work in threads, give each an event loop, and never close it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()
