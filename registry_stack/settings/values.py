"""The kinds of values that settings have, each with what would be right when one is not."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_DURATION = re.compile(r"([1-9][0-9]{0,5})([dh])")
_TEN_YEARS = timedelta(days=3650)
_OPTION = re.compile(r"[a-z][a-z0-9-]*")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*[$]?")
_HOST_KEY = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}")


def _is_dns_name(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


def _is_http_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_host_key(text: str) -> bool:
    if not _HOST_KEY.fullmatch(text):
        return False
    kind, encoded = text.split()
    try:
        # it begins with its own kind, after the four bytes of that one's length
        return b64decode(encoded, validate=True)[4:].startswith(kind.encode())
    except ValueError:
        return False


def _is_path(text: str) -> bool:
    return bool(text.strip()) and "\n" not in text and "PRIVATE KEY" not in text


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_option_value(value: object) -> bool:
    return isinstance(value, bool | int | str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    )


def _value(holds: Callable[[Any], object], expected: str, kind: type = str) -> PlainValidator:
    def check(value: Any) -> Any:
        if not isinstance(value, kind) or not holds(value):
            raise PydanticCustomError("value", "should be {expected}", {"expected": expected})
        return value

    return PlainValidator(check)


def _duration(value: Any) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    length = timedelta(**{{"d": "days", "h": "hours"}[found[2]]: int(found[1])}) if found else None
    if length is None or length > _TEN_YEARS:
        expected = "whole days or hours, as 30d or 12h, at most 3650d"
        raise PydanticCustomError("value", "should be {expected}", {"expected": expected})
    return length


def duration_text(length: timedelta) -> str:
    """A duration as settings write it."""
    hours = length // timedelta(hours=1)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


Duration = Annotated[timedelta, PlainValidator(_duration)]
Label = Annotated[str, _value(_LABEL.fullmatch, "a name of lower-case letters, digits and hyphens, 63 at most")]
DnsName = Annotated[
    str, _value(_is_dns_name, "a DNS name: lower-case letters, digits and hyphens, in labels parted by dots")
]
NameOrAddress = Annotated[
    str, _value(lambda text: is_address(text) or _is_dns_name(text), "a DNS name or an IPv4 address")
]
HeaderName = Annotated[str, _value(_TOKEN.fullmatch, "the name of an HTTP header")]
HttpUrl = Annotated[str, _value(_is_http_url, "a URL that begins with http:// or https://")]
HostKey = Annotated[str, _value(_is_host_key, "an SSH host key as in known_hosts, ssh-ed25519 or ECDSA: 'type base64'")]
KeyFile = Annotated[str, _value(_is_path, "the path of a private key's file, not the key itself")]
UserName = Annotated[str, _value(_USER.fullmatch, "a user's name on that host")]
Port = Annotated[int, _value(range(1, 65536).__contains__, "a port from 1 to 65535", int)]

OptionName = Annotated[str, _value(_OPTION.fullmatch, "the name of a driver's flag, without its dashes")]
OptionValue = Annotated[
    bool | int | str | list[str], _value(_is_option_value, "text, a number, true, false, or a list of texts", object)
]
DriverOptions = dict[OptionName, OptionValue]
