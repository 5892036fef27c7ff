"""What an engine's answer to a request for an image says about its trust in the registry.

Engines use Go's crypto/tls and net packages, and show their messages. The best answer is that the registry has no such
image: it comes after the registry's name was resolved, its certificate verified, and its API called.
"""

import re
from dataclasses import dataclass
from math import inf
from shlex import quote

from registry_stack.guest.engines import Engine

IMAGE = "registry-stack-check:none"
"""The image that is asked for; it is never pushed."""


@dataclass(frozen=True)
class Reason:
    """Why an engine does not reach the registry, and what helps. It may pass by itself within `passes` seconds."""

    name: str
    pattern: str
    helps: str
    passes: float = 0


_REACHED = re.compile(
    r"manifest unknown|name unknown|unauthorized|authentication required|access [a-z ]*denied|: not found", re.I
)
# An engine that has just looked something up knows the hosts file as it was up to five seconds ago (Go's net package).
_SECONDS_OF_HOSTS = 10.0
_RESTORES = "`pulumi refresh`, then `pulumi up`, restores what it needs"
REASONS = (
    Reason(
        "its engine is not running",
        r"cannot connect to the docker daemon|is the docker daemon running|containerd\.sock",
        "start the engine",
        passes=inf,
    ),
    Reason(
        "the engine is not installed",
        r"(docker|podman|ctr): (command )?not found|command not found|no such file or directory: (docker|podman|ctr)",
        "install it, or name another one in the client's `engine`",
    ),
    Reason(
        "the registry's certificate is for other names",
        r"certificate is valid for|not valid for any names|legacy common name|doesn't contain any ip sans",
        "another server answers there, or the certificate lacks a name: add it to registry.alsoKnownAs",
    ),
    Reason(
        "the registry's certificate has expired or is not valid yet",
        r"certificate has expired or is not yet valid",
        "`pulumi up` renews one that has expired; if it has not, set the client's clock",
    ),
    Reason(
        "its engine does not trust the authority that signed the registry's certificate",
        r"unknown authority|x509|tls: failed to verify|certificate verify failed",
        _RESTORES,
    ),
    Reason(
        "a server without TLS answers there",
        r"server gave http response to https client|first record does not look like a tls handshake",
        "find out what else listens on the registry's port",
        passes=inf,
    ),
    Reason(
        "it can't resolve the registry's name",
        r"no such host|name resolution|server misbehaving|name or service not known",
        _RESTORES,
        passes=_SECONDS_OF_HOSTS,
    ),
    Reason(
        "its engine uses a proxy for it",
        r"proxyconnect|proxy authentication required",
        "add the registry's name to the engine's NO_PROXY",
    ),
    Reason(
        "nothing listens there",
        r"connection refused|connection reset",
        "check that the registry runs: `docker logs registry` on its machine",
        passes=inf,
    ),
    Reason(
        "it can't reach the registry's address",
        r"no route to host|network is unreachable|timeout|deadline exceeded|timed out",
        "check its network, its routes, and the firewalls between",
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
