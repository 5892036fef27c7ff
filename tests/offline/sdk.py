"""What the SDKs say about their own resource types; the yardstick for the offline plugins' property tables."""

import inspect
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pulumi
import pulumi_docker
import pulumi_tls

with warnings.catch_warnings():
    # Importing the package warns of one of its own classes, which nothing here uses.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pulumi_command.remote import Command, ConnectionArgs

CLASSES: list[type[pulumi.CustomResource]] = [
    pulumi_tls.PrivateKey,
    pulumi_tls.CertRequest,
    pulumi_tls.SelfSignedCert,
    pulumi_tls.LocallySignedCert,
    Command,
    pulumi_docker.Network,
    pulumi_docker.RemoteImage,
    pulumi_docker.Container,
]


def properties(cls: type) -> dict[str, property]:
    """Property name as in the schema -> the class's own property."""
    members = [member for member in vars(cls).values() if isinstance(member, property)]
    return {getattr(member.fget, "_pulumi_name", ""): member for member in members}


def inputs(cls: type) -> set[str]:
    """The properties that a program can set."""
    return set(properties(getattr(inspect.getmodule(cls), f"{cls.__name__}Args")))


@cache
def _source(cls: type) -> str:
    # A module of the SDK holds one class; reading it whole is much faster than having the class cut out of it.
    return Path(inspect.getfile(cls)).read_text()


def tok(cls: type) -> str:
    """The type token."""
    found = re.search(rf"super\({cls.__name__}, __self__\).__init__\(\s*'([^']+)'", _source(cls))
    assert found, cls
    return found.group(1)


def secret_outputs(cls: type) -> set[str]:
    """The outputs that the SDK asks the engine to keep secret."""
    found = re.search(r"additional_secret_outputs=\[([^\]]*)\]", inspect.getsource(cls))
    return set(re.findall(r'"(\w+)"', found.group(1))) if found else set()


def documented_default(member: property) -> str | None:
    """The literal default that a property's documentation tells, as it is written there."""
    found = re.search(r"(?:Defaults to|\(default:) (?=`|\d)`?(\w+)`?", member.__doc__ or "")
    return found.group(1) if found else None


def nested(cls: type, member: property) -> type | None:
    """The class of the objects that a property holds, if it holds objects."""
    assert member.fget
    for name in _references(inspect.get_annotations(member.fget)["return"]):
        outputs = getattr(inspect.getmodule(cls), "outputs", None)
        return getattr(outputs, name, None)
    return None


def _references(annotation: Any) -> Iterator[str]:
    if hasattr(annotation, "__forward_arg__"):
        yield annotation.__forward_arg__.removeprefix("outputs.").strip("'")
    if isinstance(annotation, str):
        yield from re.findall(r"outputs\.(\w+)", annotation)
    for argument in get_args(annotation):
        yield from _references(argument)


def connection(host: str) -> dict[str, Any]:
    """What a program's ConnectionArgs holds when only the host is given."""
    args = ConnectionArgs(host=host)
    given = {name: member.__get__(args) for name, member in properties(ConnectionArgs).items()}
    return {name: value for name, value in given.items() if value is not None}
