"""The settings of webhooks: where the registry sends its events, and what goes with each.

Sources: Go's net/url, by which the registry reads a URL; `ValidHeaderFieldValue` and `ValidHeaderFieldName` of Go's
golang.org/x/net/http/httpguts.
"""

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from registry_stack.settings.addresses import is_address, is_host_name
from registry_stack.settings.base import Model
from registry_stack.settings.kinds import SECRET, Kind, Unfit, matching, plain_text

_URL = r"[Hh][Tt][Tt][Pp][Ss]?://[^\s\x00-\x1f\x7f]*"
_LOGIN = re.compile("[A-Za-z0-9._:~!$&'()*+,;=%-]*")
_PLACE = re.compile(r"(?:\[(?P<address>.*)\]|(?P<name>[^:]*))(?::(?P<port>.*))?")


def _read_url(value: Any) -> str:
    url = plain_text(value)
    scheme, slashes, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not slashes:
        raise Unfit("it should begin with http:// or https://")
    if not url.isprintable() or " " in url:
        raise Unfit("it has a space in it, or a character that can't be printed")
    if re.search("%(?![0-9A-Fa-f]{2})", url):
        raise Unfit("after each % in it two hexadecimal digits should follow")
    login, at, place = re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")
    if at and not _LOGIN.fullmatch(login):
        raise Unfit("its user or password has a character that should be percent-encoded")
    _check_place(place)
    return url


def _check_place(place: str) -> None:
    found = _PLACE.fullmatch(place)
    if not place or found is None:
        raise Unfit("it has no host")
    address, name, port = found.group("address", "name", "port")
    if not (is_address(address) and ":" in address if address else is_host_name(name) or is_address(name)):
        raise Unfit("its host is neither a DNS name nor an address")
    if port is not None and not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise Unfit("its port is not one from 1 to 65535")


def _read_name(value: Any) -> str:
    name = plain_text(value)
    if not name.isprintable() or name != name.strip() or not name:
        raise ValueError
    return name


HttpUrl = Annotated[
    str, Kind(_read_url, "a URL such as https://ci.example/hook", {"type": "string", "pattern": f"^{_URL}$"})
]
HeaderName = Annotated[str, matching("[A-Za-z0-9!#$%&'*+.^_`|~-]+", "the name of an HTTP header")]
_LINE = matching(r"[^\x00-\x08\x0a-\x1f\x7f]*", "text in one line, without control characters", plain_text)
HeaderValue = Annotated[str, replace(_LINE, json_schema={**_LINE.json_schema, **SECRET})]
EndpointName = Annotated[str, Kind(_read_name, "a name of printable characters", {"type": "string", "minLength": 1})]


class EndpointSettings(Model):
    """A webhook that the registry notifies of pushes and pulls."""

    name: EndpointName = Field(description="The webhook's name.")
    url: HttpUrl = Field(description="Where the registry sends its events.", json_schema_extra=SECRET)
    headers: dict[HeaderName, tuple[HeaderValue, ...]] = Field(
        default_factory=dict,
        description="HTTP headers to send, each with a list of values, which should be secrets.",
    )
