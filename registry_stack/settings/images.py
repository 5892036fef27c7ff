"""References of images, as engines accept them.

Source: distribution/reference: its grammar (regexp.go), how a registry is told from a path (normalize.go), and the
lengths of the digests of opencontainers/go-digest.
"""

import re
from typing import Annotated, Any

from registry_stack.settings.addresses import is_address
from registry_stack.settings.kinds import Kind, Unfit, kind_of, matching

_PART = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*"
_LABEL = "([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
_REGISTRY = rf"({_LABEL}(\.{_LABEL})*|\[[A-Fa-f0-9:]+\])(:[0-9]{{1,5}})?"
_TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = "(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})"
_REFERENCE = f"({_REGISTRY}/)?{_PART}(/{_PART})*(:{_TAG})?(@{_DIGEST})?"
_ID = "(sha256:)?[a-f0-9]{64}"
_LONGEST_NAME = 255


def _check(reference: str) -> None:
    if re.fullmatch(_ID, reference):
        raise Unfit("this is the ID of an image, which no registry knows")
    name = re.sub(f"(:{_TAG})?(@{_DIGEST})?$", "", reference)
    first, slash, _ = name.partition("/")
    # any other first part is the beginning of a path
    in_registry = bool(slash) and (re.search("[.:A-Z]", first) or first == "localhost")
    if not in_registry:
        name = f"docker.io/{'' if slash else 'library/'}{name}"
    if len(name) > _LONGEST_NAME:
        raise Unfit(f"its name has more than {_LONGEST_NAME} characters")
    if in_registry:
        _check_registry(first)


def _check_registry(registry: str) -> None:
    host, bracket, port = registry.rpartition("]") if registry.startswith("[") else (registry, "", registry)
    if bracket and not is_address(host.removeprefix("[")):
        raise Unfit("the address of its registry is not an IPv6 address")
    port = port.partition(":")[2]
    if port and not 1 <= int(port) <= 65535:
        raise Unfit("the port of its registry should be from 1 to 65535")


ImageReference = Annotated[str, matching(_REFERENCE, "the name of an image, such as registry:2", _check)]


def _read_local(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_ID, value):
        return value
    return str(kind_of(ImageReference).read(value))


LocalImage = Annotated[
    str, Kind(_read_local, "the name or the ID of an image of the workstation's engine", {"type": "string"})
]
