"""SSH host keys in settings.

Source: RFC 4253, section 6.6, RFC 5656, section 3.1, and RFC 8709, section 4: what the base64 of a key has in it.
"""

import re
from base64 import b64decode
from typing import Annotated, Any

from registry_stack.common.lazy import ec
from registry_stack.settings.kinds import Kind, Unfit

_KIND = "(ssh-ed25519|ecdsa-sha2-nistp(256|384|521))"
_LINE = rf"{_KIND}[ \t]+(?P<key>[A-Za-z0-9+/]+={{0,2}})([ \t][^\r\n]*)?[\r\n]*"
_ED25519_BYTES = 32


def _read_line(value: Any) -> str:
    """The line without its comment."""
    if not isinstance(value, str):
        raise ValueError
    if re.match(rf"\S+\s+{_KIND}\s", value):
        raise Unfit("the host in front of the key should be left out")
    if value.startswith("ssh-rsa "):
        raise Unfit("an RSA key is not accepted, because Pulumi's command provider asks for its SHA-1 signature")
    found = re.fullmatch(_LINE, value)
    if found is None:
        raise ValueError
    kind, key = found[1], found["key"]
    if not _is_whole(kind, b64decode(key, validate=True)):
        raise Unfit("the key is cut short, or not of that type")
    return f"{kind} {key}"


def _is_whole(kind: str, key: bytes) -> bool:
    parts = _parts(key)
    if parts is None or parts[0] != kind.encode():
        return False
    if kind == "ssh-ed25519":
        return len(parts) == 2 and len(parts[1]) == _ED25519_BYTES
    curve = kind.removeprefix("ecdsa-sha2-")
    return len(parts) == 3 and parts[1] == curve.encode() and _is_point(curve, parts[2])


def _parts(key: bytes) -> list[bytes] | None:
    """The texts that a key is made of, each with its length in four bytes before it; None if one is cut short."""
    parts = []
    while key:
        length = int.from_bytes(key[:4], "big")
        part, key = key[4 : 4 + length], key[4 + length :]
        if len(part) != length or not part:
            return None
        parts.append(part)
    return parts or None


def _is_point(curve: str, point: bytes) -> bool:
    curves: dict[str, ec.EllipticCurve] = {
        "nistp256": ec.SECP256R1(),
        "nistp384": ec.SECP384R1(),
        "nistp521": ec.SECP521R1(),
    }
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(curves[curve], point)
    except ValueError:
        return False
    return point[0] == 4  # SSH has points in full alone


HostKey = Annotated[
    str,
    Kind(
        _read_line,
        "an SSH host key as in known_hosts, ssh-ed25519 or ECDSA: 'type base64'",
        {"type": "string", "pattern": f"^{_LINE.replace('?P<key>', '')}$"},
    ),
]
