"""What an engine's answer to a request for an image says of its trust in the registry.

Every engine asks by Go's crypto/tls and net packages and shows their words. An image that the registry does not have is
the answer hoped for: it comes after the registry's name was found, its certificate believed, and its API spoken.
"""

import re
from dataclasses import dataclass
from math import inf
from shlex import quote

from registry_stack.guest.engines import Engine

IMAGE = "registry-stack-check:none"
"""What is asked for; nobody pushes it."""


@dataclass(frozen=True)
class Reason:
    """Why an engine does not reach the registry, and what helps; it may end by itself within `passes` seconds."""

    name: str
    pattern: str
    helps: str
    passes: float = 0


_REACHED = re.compile(
    r"manifest unknown|name unknown|unauthorized|authentication required|access [a-z ]*denied|: not found", re.I
)
# An engine that has just looked something up knows the hosts file as it was up to five seconds ago (Go's net package).
_SECONDS_OF_HOSTS = 10.0
_MENDS = "`pulumi refresh`, then `pulumi up`, puts back what it needs"
REASONS = (
    Reason(
        "its engine does not run",
        r"cannot connect to the docker daemon|is the docker daemon running|containerd\.sock",
        "start the engine",
        passes=inf,
    ),
    Reason(
        "it has no such engine",
        r"(docker|podman|ctr): (command )?not found|command not found|no such file or directory: (docker|podman|ctr)",
        "install the engine, or name another one in the client's `engine`",
    ),
    Reason(
        "the registry's certificate is for other names",
        r"certificate is valid for|not valid for any names|legacy common name|doesn't contain any ip sans",
        "another server answers there, or the certificate lacks a name, which registry.alsoKnownAs adds",
    ),
    Reason(
        "the registry's certificate is not of its time",
        r"certificate has expired or is not yet valid",
        "`pulumi up` renews one that has ended; if it has not, set the client's clock",
    ),
    Reason(
        "its engine trusts no authority that has signed the registry's certificate",
        r"unknown authority|x509|tls: failed to verify|certificate verify failed",
        _MENDS,
    ),
    Reason(
        "something without TLS answers there",
        r"server gave http response to https client|first record does not look like a tls handshake",
        "see what else listens on the registry's port",
        passes=inf,
    ),
    Reason(
        "it does not find the registry's name",
        r"no such host|name resolution|server misbehaving|name or service not known",
        _MENDS,
        passes=_SECONDS_OF_HOSTS,
    ),
    Reason(
        "its engine asks a proxy for it",
        r"proxyconnect|proxy authentication required",
        "add the registry's name to the engine's NO_PROXY",
    ),
    Reason(
        "nothing listens there",
        r"connection refused|connection reset",
        "see whether the registry runs: `docker logs registry` on its machine",
        passes=inf,
    ),
    Reason(
        "there is no way from it to the registry",
        r"no route to host|network is unreachable|timeout|deadline exceeded|timed out",
        "see its network, its routes, and the firewalls between",
        passes=inf,
    ),
)
_OTHER = Reason("its engine's request failed", "", "the answer above is the engine's", passes=inf)


def request(engine: Engine, reference: str) -> str:
    """The command that asks the registry through the engine; what it prints is for `diagnose`."""
    return f"{engine.request.format(quote(f'{reference}/{IMAGE}'))} 2>&1 || true"


def diagnose(printed: str, reference: str) -> Reason | None:
    """Why the engine did not reach the registry, by what its command printed, or None if it did."""
    said = printed.replace(reference, "")
    for reason in REASONS:
        if re.search(reason.pattern, said, re.IGNORECASE):
            return reason
    return None if _REACHED.search(said) else _OTHER
