"""The offline plugins' property tables against the SDKs' own classes."""

from collections.abc import Iterator

import pytest

from offline.command.plugin import CommandPlugin
from offline.docker.plugin import DockerPlugin
from offline.kit.engine_log import EngineLog
from offline.kit.resource import Resource
from offline.kit.schema import Property, Schema
from offline.tls.plugin import TlsPlugin
from tests.offline import sdk

LOG = EngineLog("127.0.0.1:1")
RESOURCES: dict[str, Resource] = {
    resource.tok: resource
    for plugin in (TlsPlugin(), CommandPlugin(), DockerPlugin())
    for resource in plugin.resources(LOG)
}
# Where a change is made in place; all else replaces. From the official plugins' schemas (willReplaceOnChanges of
# pulumi-docker, replaceOnChanges of pulumi-command) and, as pulumi-tls's says nothing, from its provider's source.
IN_PLACE = {
    "PrivateKey": set(),
    "CertRequest": set(),
    "SelfSignedCert": {"earlyRenewalHours"},
    "LocallySignedCert": {"earlyRenewalHours"},
    "Command": {
        *("connection", "create", "update", "delete", "stdin", "environment", "logging", "addPreviousOutputInEnv"),
    },
    "Network": set(),
    "RemoteImage": {"keepLocally", "forceRemove"},
    "Container": {
        *("attach", "logs", "mustRun", "start", "wait", "waitTimeout", "removeVolumes", "destroyGraceSeconds"),
        *("containerReadRefreshTimeoutMilliseconds", "healthcheck", "init", "tmpfs", "restart", "maxRetryCount", "rm"),
        *("memory", "memoryReservation", "memorySwap", "cpuPeriod", "cpuQuota", "cpuSet", "cpuShares"),
        *("deviceReadBps", "deviceReadIops", "deviceWriteBps", "deviceWriteIops"),
    },
}


def _schema(cls: type) -> Schema:
    return RESOURCES[sdk.tok(cls)].schema


by_class = pytest.mark.parametrize("cls", sdk.CLASSES, ids=lambda cls: cls.__name__)


@by_class
def test_token(cls: type) -> None:
    assert sdk.tok(cls) in RESOURCES


@by_class
def test_outputs(cls: type) -> None:
    assert set(_schema(cls)) == set(sdk.properties(cls))


@by_class
def test_inputs(cls: type) -> None:
    assert {name for name, prop in _schema(cls).items() if not prop.output} == sdk.inputs(cls)


@by_class
def test_secrets(cls: type) -> None:
    assert {name for name, prop in _schema(cls).items() if prop.secret} == sdk.secret_outputs(cls)


@by_class
def test_replacements(cls: type) -> None:
    changeable = {name: prop for name, prop in _schema(cls).items() if not prop.output and prop.supported}
    assert {name for name, prop in changeable.items() if not prop.replaces} == IN_PLACE[cls.__name__]


def _documented_defaults() -> Iterator[tuple[str, Property, str]]:
    for cls in sdk.CLASSES:
        for name, member in sdk.properties(cls).items():
            text, prop = sdk.documented_default(member), _schema(cls)[name]
            # Where the provider fills in the default, it is no part of the inputs.
            if text is not None and not prop.computed:
                yield f"{cls.__name__}.{name}", prop, text


@pytest.mark.parametrize(("name", "prop", "text"), list(_documented_defaults()))
def test_documented_defaults(name: str, prop: Property, text: str) -> None:
    default = str(prop.default).lower() if isinstance(prop.default, bool) else str(prop.default)
    assert default == text, name


def _objects() -> Iterator[tuple[str, Schema, type]]:
    for cls in sdk.CLASSES:
        for name, member in sdk.properties(cls).items():
            inner = sdk.nested(cls, member)
            if inner is not None and _schema(cls)[name].supported:
                yield f"{cls.__name__}.{name}", _schema(cls)[name].fields, inner


@pytest.mark.parametrize(("name", "fields", "inner"), list(_objects()))
def test_objects(name: str, fields: Schema, inner: type) -> None:
    assert set(fields) == set(sdk.properties(inner)), name


def test_connection_defaults() -> None:
    fields = RESOURCES["command:remote:Command"].schema["connection"].fields
    defaults = {name: prop.default for name, prop in fields.items() if prop.default is not None}
    assert {"host": "h", **defaults} == sdk.connection("h")
