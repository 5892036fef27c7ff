"""SSH connections: the retries, the pinned host key and the ways to log in that the official plugin has."""

import base64
import io
import socket
from collections.abc import Callable
from functools import partial
from threading import Event

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from offline.plugin.resource import Failure
from offline.plugin.values import Properties

# Delays between dials in seconds: the first, the growth and the longest, as the official plugin has them.
_FIRST_DELAY, _GROWTH, _LONGEST_DELAY = 0.1, 1.5, 5.0
_UNLIMITED = -1
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
_CLASSES: dict[type, type[paramiko.PKey]] = {
    rsa.RSAPrivateKey: paramiko.RSAKey,
    ec.EllipticCurvePrivateKey: paramiko.ECDSAKey,
    ed25519.Ed25519PrivateKey: paramiko.Ed25519Key,
}


class Refused(Exception):
    """One dial did not work; the next may."""


def dial(settings: Properties, cancelled: Event, say: Callable[[str], None]) -> paramiko.Transport:
    """An authenticated connection to `settings`' host, dialled until the limit of errors is reached.

    Failure tells the last reason. `say` hears of every attempt in between.
    """
    host_key = parse_host_key(settings["hostKey"]) if settings.get("hostKey") else None
    private_key = (
        load_key(settings["privateKey"], settings.get("privateKeyPassword")) if settings.get("privateKey") else None
    )
    limit, attempts, delay = settings.get("dialErrorLimit", 10), 0, _FIRST_DELAY
    while True:
        try:
            return _attempt(settings, host_key, private_key)
        except Refused as reason:
            attempts += 1
            if limit > _UNLIMITED and attempts > limit:
                raise Failure(f"after {attempts - 1} failed attempts: {reason}") from None
        say(f"Dial {attempts}/{limit if limit > _UNLIMITED else 'inf'} failed: retrying")
        if cancelled.wait(delay):
            raise Failure("cancelled while connecting")
        delay = min(delay * _GROWTH, _LONGEST_DELAY)


def _attempt(settings: Properties, host_key: paramiko.PKey | None, key: paramiko.PKey | None) -> paramiko.Transport:
    address = (settings["host"], int(settings.get("port", 22)))
    timeout = settings.get("perDialTimeout", 15) or None
    try:
        transport = paramiko.Transport(socket.create_connection(address, timeout=timeout))
    except OSError as error:
        raise Refused(f"dial {address[0]}:{address[1]}: {error}") from None
    try:
        _verify(transport, host_key, timeout)
        _authenticate(transport, settings, key)
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        raise Refused(f"ssh to {address[0]}:{address[1]}: {str(error) or 'connection closed'}") from None
    return transport


def _verify(transport: paramiko.Transport, host_key: paramiko.PKey | None, timeout: float | None) -> None:
    if host_key is not None:
        # The server shows one of its keys; only one of the pinned type can be the pinned one.
        transport.get_security_options().key_types = _SIGNATURES.get(host_key.get_name(), (host_key.get_name(),))
    transport.start_client(timeout=timeout)
    if host_key is not None and transport.get_remote_server_key() != host_key:
        raise paramiko.SSHException("host key mismatch")


def _authenticate(transport: paramiko.Transport, settings: Properties, key: paramiko.PKey | None) -> None:
    user, password = settings.get("user", "root"), settings.get("password")
    attempts: list[Callable[[], object]] = []
    if key is not None:
        attempts.append(lambda: transport.auth_publickey(user, key))
    if password is not None:
        # Falls back to keyboard-interactive by itself.
        attempts.append(lambda: transport.auth_password(user, password))
    attempts += [partial(transport.auth_publickey, user, agent_key) for agent_key in paramiko.Agent().get_keys()]
    refusal: paramiko.SSHException = paramiko.AuthenticationException("no key and no password given")
    for attempt in attempts:
        try:
            attempt()
        except paramiko.AuthenticationException as error:
            refusal = error
        if transport.is_authenticated():
            return
    raise refusal


def parse_host_key(line: str) -> paramiko.PKey:
    """The key in an authorized_keys-style line (`ssh-ed25519 AAAA...`)."""
    try:
        kind, blob = line.split()[:2]
        return paramiko.PKey.from_type_string(kind, base64.b64decode(blob))
    except (ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise Failure(
            "failed to parse host key: connection.hostKey must be a line such as `ssh-ed25519 AAAA...`"
        ) from None


def load_key(text: str, password: str | None) -> paramiko.PKey:
    """The private key in any PEM or OpenSSH text, as the tls plugin and ssh-keygen write them."""
    secret = password.encode() if password is not None else None
    load = forms.load_ssh_private_key if "OPENSSH PRIVATE KEY" in text else forms.load_pem_private_key
    try:
        key = load(text.encode(), secret)
        plain = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.OpenSSH, forms.NoEncryption()).decode()
        class_ = next(class_ for kind, class_ in _CLASSES.items() if isinstance(key, kind))
        return class_.from_private_key(io.StringIO(plain))
    except (ValueError, TypeError, StopIteration, UnsupportedAlgorithm, paramiko.SSHException):
        raise Failure("connection.privateKey is no private key that SSH knows, or its password is wrong") from None
