"""Hashes of contents."""

from hashlib import sha256


def sha256_of_text(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits, as sha256sum prints that of its file."""
    return sha256(text.encode()).hexdigest()
