"""Private keys in every form that the official plugin writes."""

import base64
import hashlib
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from offline.kit.resource import PluginError
from offline.kit.values import Properties

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_CURVES: dict[str, ec.EllipticCurve] = {
    "P224": ec.SECP224R1(),
    "P256": ec.SECP256R1(),
    "P384": ec.SECP384R1(),
    "P521": ec.SECP521R1(),
}


def generate(algorithm: str, *, bits: int, curve: str) -> PrivateKey:
    """A new key; `bits` matters for RSA and `curve` (one of offline.tls.words.CURVES) for ECDSA."""
    if algorithm == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    if algorithm == "ECDSA":
        return ec.generate_private_key(_CURVES[curve])
    return ed25519.Ed25519PrivateKey.generate()


def load(pem: str, what: str) -> PrivateKey:
    """The key in an unencrypted PKCS#1, EC or PKCS#8 PEM text. PluginError names `what`, never the key."""
    try:
        key = forms.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise PluginError(f"{what} is not an unencrypted private key in PEM format") from None
    if not isinstance(key, PrivateKey):
        raise PluginError(f"{what} is not an RSA, ECDSA or ED25519 key")
    return key


def algorithm_of(key: PrivateKey) -> str:
    """One of offline.tls.words.ALGORITHMS."""
    if isinstance(key, rsa.RSAPrivateKey):
        return "RSA"
    return "ECDSA" if isinstance(key, ec.EllipticCurvePrivateKey) else "ED25519"


def describe(key: PrivateKey) -> tuple[str, Properties]:
    """The id (SHA-1 of the public key, as the official plugin has it) and all forms of the key."""
    public = key.public_key()
    spki = public.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)
    pem = public.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo).decode()
    return hashlib.sha1(spki, usedforsecurity=False).hexdigest(), {
        "privateKeyPem": private_pem(key),
        "privateKeyPemPkcs8": _encode(key, forms.PrivateFormat.PKCS8),
        "publicKeyPem": pem,
        **_openssh(key),
    }


def private_pem(key: PrivateKey) -> str:
    """The traditional form for RSA and ECDSA, PKCS#8 for ED25519, which has no other."""
    traditional = not isinstance(key, ed25519.Ed25519PrivateKey)
    return _encode(key, forms.PrivateFormat.TraditionalOpenSSL if traditional else forms.PrivateFormat.PKCS8)


def _encode(key: PrivateKey, form: forms.PrivateFormat) -> str:
    return key.private_bytes(forms.Encoding.PEM, form, forms.NoEncryption()).decode()


def _openssh(key: PrivateKey) -> Properties:
    public = key.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp224r1":
        # OpenSSH has no P-224.
        names = (
            "privateKeyOpenssh",
            "publicKeyOpenssh",
            "publicKeyFingerprintMd5",
            "publicKeyFingerprintSha256",
        )
        return dict.fromkeys(names, "")
    line = public.public_bytes(forms.Encoding.OpenSSH, forms.PublicFormat.OpenSSH).decode()
    return {
        "privateKeyOpenssh": _encode(key, forms.PrivateFormat.OpenSSH),
        "publicKeyOpenssh": f"{line}\n",
        **fingerprints(line),
    }


def fingerprints(line: str) -> Properties:
    """MD5 and SHA-256 of an OpenSSH public key line, written as ssh-keygen does."""
    blob = base64.b64decode(line.split()[1])
    md5 = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    sha256 = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return {
        "publicKeyFingerprintMd5": ":".join(md5[at : at + 2] for at in range(0, 32, 2)),
        "publicKeyFingerprintSha256": f"SHA256:{sha256}",
    }
