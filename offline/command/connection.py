"""SSH connections: the retries, the pinned host key and the ways to log in that the official plugin has."""

import base64
import binascii
import io
import logging
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Event

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from offline.kit.resource import PluginError
from offline.kit.values import Properties

# What paramiko has to say of a failed attempt, tracebacks included, would end up in the CLI's output.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

# Delays between dials in seconds: the first, the growth and the longest, as the official plugin has them.
_FIRST_DELAY, _GROWTH, _LONGEST_DELAY = 0.1, 1.5, 5.0
_UNLIMITED = -1
_KEEPALIVE = 15
# A modern server signs with an RSA host key in other ways than the one that has the key's own name.
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
_CLASSES: dict[type, type[paramiko.PKey]] = {
    rsa.RSAPrivateKey: paramiko.RSAKey,
    ec.EllipticCurvePrivateKey: paramiko.ECDSAKey,
    ed25519.Ed25519PrivateKey: paramiko.Ed25519Key,
}


class DialError(Exception):
    """One attempt to connect did not work; the next one may."""


def dial(settings: Properties, cancelled: Event, say: Callable[[str], None]) -> paramiko.Transport:
    """An authenticated connection to `settings`' host, attempted until dialErrorLimit is reached.

    `say` hears of every attempt that failed but the last, whose reason is the PluginError's.
    """
    host_key = parse_host_key(settings["hostKey"]) if settings.get("hostKey") else None
    text = settings.get("privateKey")
    private_key = load_key(text, settings.get("privateKeyPassword")) if text else None
    limit, failed, delay = settings.get("dialErrorLimit", 10), 0, _FIRST_DELAY
    while True:
        try:
            return _connect(settings, host_key, private_key)
        except DialError as reason:
            if limit > _UNLIMITED and failed >= limit:
                raise PluginError(f"after {failed} failed attempts: {reason}") from None
        failed += 1
        say(f"Dial {failed}/{limit if limit > _UNLIMITED else 'inf'} failed: retrying")
        if cancelled.wait(delay):
            raise PluginError("cancelled while connecting")
        delay = min(delay * _GROWTH, _LONGEST_DELAY)


def _connect(settings: Properties, host_key: paramiko.PKey | None, key: paramiko.PKey | None) -> paramiko.Transport:
    host, port = settings["host"], int(settings.get("port", 22))
    timeout = settings.get("perDialTimeout", 15) or None
    try:
        transport = paramiko.Transport(socket.create_connection((host, port), timeout=timeout))
    except OSError as error:
        raise DialError(f"dial {host}:{port}: {error}") from None
    try:
        _start(transport, host_key, timeout)
        _log_in(transport, settings, key)
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        raise DialError(f"ssh to {host}:{port}: {str(error) or 'connection closed'}") from None
    # A host that vanishes in the middle of a command, as one that reboots may, is noticed by this alone.
    transport.set_keepalive(_KEEPALIVE)
    return transport


def _start(transport: paramiko.Transport, host_key: paramiko.PKey | None, timeout: float | None) -> None:
    if host_key is not None:
        # A server has keys of several types and shows one: it must be of the pinned type to be the pinned one.
        name = host_key.get_name()
        transport.get_security_options().key_types = _SIGNATURES.get(name, (name,))
    transport.start_client(timeout=timeout)
    if host_key is not None and transport.get_remote_server_key() != host_key:
        raise paramiko.SSHException("host key mismatch")


def _log_in(transport: paramiko.Transport, settings: Properties, key: paramiko.PKey | None) -> None:
    user, password = settings.get("user", "root"), settings.get("password")
    ways: list[Callable[[], object]] = []
    if key is not None:
        ways.append(partial(transport.auth_publickey, user, key))
    if password is not None:
        # paramiko goes on to keyboard-interactive by itself where the server has no passwords.
        ways.append(partial(transport.auth_password, user, password))
    refusal = paramiko.AuthenticationException("neither a key nor a password is given")
    with closing(paramiko.Agent()) as agent:
        ways += [partial(transport.auth_publickey, user, known) for known in agent.get_keys()]
        for way in ways:
            try:
                way()
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
    except (ValueError, binascii.Error, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        expected = "connection.hostKey must be a line such as `ssh-ed25519 AAAA...`"
        raise PluginError(f"failed to parse host key: {expected}") from None


def load_key(text: str, password: str | None) -> paramiko.PKey:
    """The private key in any PEM or OpenSSH text, as the tls plugin and ssh-keygen write them."""
    secret = password.encode() if password is not None else None
    load = forms.load_ssh_private_key if "OPENSSH PRIVATE KEY" in text else forms.load_pem_private_key
    try:
        key = load(text.encode(), secret)
        plain = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.OpenSSH, forms.NoEncryption())
        kind = next(class_ for type_, class_ in _CLASSES.items() if isinstance(key, type_))
        return kind.from_private_key(io.StringIO(plain.decode()))
    except (ValueError, TypeError, StopIteration, UnsupportedAlgorithm, paramiko.SSHException):
        raise PluginError("connection.privateKey is no private key for SSH, or its password is wrong") from None
