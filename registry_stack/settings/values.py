"""The kinds of values that settings have: what each accepts, what an error says of it, and its JSON Schema."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from registry_stack.common.options import OptionValue

# JSON Schema's mark of a value that may be secret; such a value may be encrypted in a stack file, as `secure: ...`
SECRET: JsonDict = {"writeOnly": True}

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# up to 253 characters, and the last label is no number: that would be an address
_DNS_NAME = rf"(?=.{{1,253}}$)({_LABEL}\.)*(?![0-9]+$){_LABEL}"
_HOST_KEY = "(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}"
_DURATION = "([1-9][0-9]{0,5})([dh])"
_SUBNET = r"^([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$"
_TEN_YEARS = timedelta(days=3650)


@dataclass(frozen=True, eq=False)
class _Kind:
    """`read` returns the value that a setting has, or raises ValueError; "should be `expected`" is the error then."""

    read: Callable[[Any], Any]
    expected: str
    json_schema: JsonDict

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonDict:
        return dict(self.json_schema)

    def _validate(self, value: Any) -> Any:
        try:
            return self.read(value)
        except ValueError:
            raise PydanticCustomError("value", "should be {expected}", {"expected": self.expected}) from None


def _text(pattern: str, expected: str, holds: Callable[[str], bool] = bool) -> _Kind:
    """A text that fits the pattern as a whole, and for which a test holds that no pattern can say."""
    whole = re.compile(pattern)

    def read(value: Any) -> str:
        if isinstance(value, str) and whole.fullmatch(value) and holds(value):
            return value
        raise ValueError

    return _Kind(read, expected, {"type": "string", "pattern": f"^({pattern})$"})


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _name_or_address(value: Any) -> str:
    if isinstance(value, str) and (is_address(value) or re.fullmatch(_DNS_NAME, value)):
        return value
    raise ValueError


def _has_host(url: str) -> bool:
    return bool(urlsplit(url).hostname)


def _is_host_key(text: str) -> bool:
    kind, encoded = text.split()
    # it begins with its own kind, after the four bytes of that one's length
    return b64decode(encoded, validate=True)[4:].startswith(kind.encode())


def _port(value: Any) -> int:
    if type(value) is int and 1 <= value <= 65535:
        return value
    raise ValueError


def _option_value(value: Any) -> OptionValue:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError


def _duration(value: Any) -> timedelta:
    found = re.fullmatch(_DURATION, value) if isinstance(value, str) else None
    length = timedelta(**{{"d": "days", "h": "hours"}[found[2]]: int(found[1])}) if found else None
    if length is None or length > _TEN_YEARS:
        raise ValueError
    return length


def duration_text(length: timedelta) -> str:
    """A duration as settings write it."""
    hours = length // timedelta(hours=1)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


Duration = Annotated[
    timedelta,
    _Kind(
        _duration,
        "a duration in whole days or hours, such as 30d or 12h, of at most 3650d",
        {"type": "string", "pattern": f"^({_DURATION})$"},
    ),
]
Label = Annotated[str, _text(_LABEL, "a name of at most 63 lower-case letters, digits and hyphens")]
DnsName = Annotated[
    str, _text(_DNS_NAME, "a DNS name: lower-case letters, digits and hyphens, in labels separated by dots")
]
NameOrAddress = Annotated[
    str,
    _Kind(
        _name_or_address,
        "a DNS name or an IPv4 address",
        {"type": "string", "anyOf": [{"format": "ipv4"}, {"pattern": f"^({_DNS_NAME})$"}]},
    ),
]
HeaderName = Annotated[str, _text("[A-Za-z0-9!#$%&'*+.^_`|~-]+", "the name of an HTTP header")]
HttpUrl = Annotated[str, _text("[Hh][Tt][Tt][Pp][Ss]?://.+", "a URL that begins with http:// or https://", _has_host)]
HostKey = Annotated[
    str,
    _text(_HOST_KEY, "an SSH host key as in known_hosts, ssh-ed25519 or ECDSA: 'type base64'", _is_host_key),
]
KeyFile = Annotated[str, _text(r"(?!.*PRIVATE KEY).*\S.*", "the path of a private key's file, not the key itself")]
UserName = Annotated[str, _text("[A-Za-z_][A-Za-z0-9_.-]*[$]?", "the name of a user on that host")]
Port = Annotated[int, _Kind(_port, "a port from 1 to 65535", {"type": "integer", "minimum": 1, "maximum": 65535})]
Subnet = Annotated[IPv4Network, Field(json_schema_extra={"pattern": _SUBNET})]
SecretText = Annotated[str, Field(json_schema_extra=SECRET)]

_OptionName = Annotated[str, _text("[a-z][a-z0-9-]*", "the name of a driver's flag, without its dashes")]
_OptionValue = Annotated[
    OptionValue,
    _Kind(
        _option_value,
        "text, a number, true, false, or a list of texts",
        {"type": ["string", "integer", "boolean", "array"], "items": {"type": "string"}, **SECRET},
    ),
]
DriverOptions = dict[_OptionName, _OptionValue]
