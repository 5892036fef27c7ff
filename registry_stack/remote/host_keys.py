"""A server's host keys: a server has several and presents one, which has to be of the kind that is pinned."""

from base64 import b64decode
from collections.abc import Iterable

from registry_stack.common.errors import HostKeyError
from registry_stack.common.lazy import paramiko
from registry_stack.remote.login import Login

# how a server signs with a key of a kind, unless that is called as the kind is. Source: RFC 8332
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


def pinned_key(login: Login) -> "paramiko.PKey":
    """The key that the server must have. Raises HostKeyError if that is none."""
    try:
        kind, encoded = login.host_key.split()[:2]
        return paramiko.PKey.from_type_string(kind, b64decode(encoded))
    except (ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise HostKeyError(f"the pinned host key of {login} is not valid: {login.host_key}") from None


def prefer(transport: "paramiko.Transport", host_key: str) -> None:
    """Asks the server for a key of the same kind as `host_key`, and if it has none of that for its best other one,
    which an error can name then."""
    options = transport.get_security_options()
    kind = next(iter(host_key.split()), "")
    first = [each for each in _SIGNATURES.get(kind, (kind,)) if each in options.key_types]
    options.key_types = (*first, *_without(options.key_types, first))


def _without(algorithms: Iterable[str], others: Iterable[str]) -> list[str]:
    return [each for each in algorithms if each not in others]
