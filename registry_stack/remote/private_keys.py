"""Private keys in whatever text they come: OpenSSH's own form, PKCS #8, or the older one of OpenSSL."""

import io
import re

from registry_stack.common.errors import StackError
from registry_stack.common.lazy import ec, ed25519, exceptions, paramiko, rsa, serialization

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_PUTTY = "PuTTY-User-Key-File"


def read_private_key(text: str, called: str) -> "paramiko.PKey | None":
    """The key, or None if it has a passphrase. Raises StackError, in which the key is `called` so, if it is none."""
    if text.lstrip().startswith(_PUTTY):
        raise StackError(f"{called} is one of PuTTY's: export it as an OpenSSH key (puttygen KEY -O private-openssh)")
    block = key_block(text)
    load = serialization.load_ssh_private_key if "OPENSSH" in block[:20] else serialization.load_pem_private_key
    try:
        return _as_paramiko_has_it(load(block.encode(), None))
    except TypeError:  # which is how cryptography says that there is a passphrase
        return None
    except (ValueError, exceptions.UnsupportedAlgorithm, paramiko.SSHException):
        raise StackError(f"{called} is neither an Ed25519, an ECDSA nor an RSA key without a passphrase") from None


def key_block(text: str) -> str:
    """The private key alone, of a text that may have more in it, such as the parameters that OpenSSL writes in front of
    an EC key: Go's libraries read the first block and no other. A text without a key is returned as it is."""
    found = _BLOCK.search(text)
    return f"{found[0]}\n" if found else text


def _as_paramiko_has_it(key: object) -> "paramiko.PKey":
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return paramiko.Ed25519Key.from_private_key(_as_openssh(key))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey.from_private_key(_as_openssh(key))
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey.from_private_key(_as_openssh(key))
    raise ValueError


def _as_openssh(key: "ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey") -> io.StringIO:
    form, secret = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    return io.StringIO(key.private_bytes(serialization.Encoding.PEM, form, secret).decode())
