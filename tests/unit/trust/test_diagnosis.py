"""What engines say when they are asked for an image, and what that means."""

from math import inf

import pytest

from registry_stack.guest.engines import ENGINES
from registry_stack.trust.diagnosis import REASONS, diagnose, request

REFERENCE = "registry0.localdomain:5000"
IMAGE = f"{REFERENCE}/registry-stack-check"
GET = f'Error response from daemon: Get "https://{REFERENCE}/v2/": '
POD = f"Error: initializing source docker://{IMAGE}:none: pinging container registry {REFERENCE}: "
CTR = f'ctr: failed to resolve reference "{IMAGE}:none": failed to do request: Head "https://{REFERENCE}/v2/": '

REACHED = [
    f"Error response from daemon: manifest for {IMAGE}:none not found: manifest unknown: manifest unknown",
    "none: Pulling from registry-stack-check\nmanifest unknown",
    f'Error response from daemon: failed to resolve reference "{IMAGE}:none": {IMAGE}:none: not found',
    f"Error: initializing source docker://{IMAGE}:none: reading manifest none in {IMAGE}: manifest unknown",
    f"Error: reading manifest none in {IMAGE}: name unknown: repository name not known to registry",
    f'ctr: failed to resolve reference "{IMAGE}:none": {IMAGE}:none: not found',
    f'Error response from daemon: Head "https://{REFERENCE}/v2/x": no basic auth credentials: unauthorized',
    "Error response from daemon: pull access denied, repository does not exist or may require authorization",
    "Error response from daemon: unauthorized: authentication required",
    "denied: requested access to the resource is denied",
]
UNTRUSTED = "its engine does not trust the authority that signed the registry's certificate"
NAMES = "the registry's certificate is for other names"
TIME = "the registry's certificate has expired or is not valid yet"
REFUSED, NO_WAY = "nothing listens there", "it can't reach the registry's address"
NOT_REACHED = [
    (f"{GET}x509: certificate signed by unknown authority", UNTRUSTED),
    (f"{GET}tls: failed to verify certificate: x509: certificate signed by unknown authority", UNTRUSTED),
    (f"{POD}x509: certificate signed by unknown authority", UNTRUSTED),
    (f"{CTR}x509: certificate signed by unknown authority", UNTRUSTED),
    (
        f'{GET}x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" '
        'while trying to verify candidate authority certificate "a")',
        UNTRUSTED,
    ),
    (f"{GET}x509: certificate is valid for other.localdomain, not registry0.localdomain", NAMES),
    (f"{CTR}tls: failed to verify certificate: x509: certificate is valid for other, not registry0", NAMES),
    (f"{GET}x509: cannot validate certificate for 10.0.0.3 because it doesn't contain any IP SANs", NAMES),
    (f"{GET}x509: certificate is not valid for any names, but wanted to match registry0", NAMES),
    (f"{GET}x509: certificate relies on legacy Common Name field, use SANs instead", NAMES),
    (f"{GET}x509: certificate has expired or is not yet valid: current time 2031-01-01T00:00:00Z is after ...", TIME),
    (f"{POD}tls: failed to verify certificate: x509: certificate has expired or is not yet valid", TIME),
    (f"{GET}dial tcp 192.168.233.3:5000: connect: connection refused", REFUSED),
    (f'{POD}Get "https://{REFERENCE}/v2/": dial tcp 192.168.233.3:5000: connect: connection refused', REFUSED),
    (f"{GET}read tcp 10.0.0.1:1->10.0.0.3:5000: read: connection reset by peer", REFUSED),
    (f"{GET}dial tcp 192.168.233.3:5000: connect: no route to host", NO_WAY),
    (f"{GET}dial tcp 192.168.233.3:5000: connect: network is unreachable", NO_WAY),
    (f"{GET}dial tcp 192.168.233.3:5000: i/o timeout", NO_WAY),
    (f"{GET}context deadline exceeded (Client.Timeout exceeded while awaiting headers)", NO_WAY),
    (f"{GET}net/http: TLS handshake timeout", NO_WAY),
    (f"{GET}net/http: request canceled while waiting for connection (Client.Timeout exceeded)", NO_WAY),
    (
        f"{GET}dial tcp: lookup registry0.localdomain on 10.0.0.2:53: no such host",
        "it can't resolve the registry's name",
    ),
    (f"{GET}dial tcp: lookup registry0.localdomain: Temporary failure in name resolution", "it can't resolve"),
    (f"{CTR}dial tcp: lookup registry0.localdomain on [::1]:53: server misbehaving", "it can't resolve"),
    (f"{GET}proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused", "its engine uses a proxy for it"),
    (f"{GET}http: server gave HTTP response to HTTPS client", "a server without TLS answers there"),
    (f"{POD}tls: first record does not look like a TLS handshake", "a server without TLS answers there"),
    (
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        "its engine is not running",
    ),
    (
        'ctr: failed to dial "/run/containerd/containerd.sock": connection error: connection refused',
        "its engine is not running",
    ),
    ("sh: 1: docker: not found", "the engine is not installed"),
    ("sh: line 1: podman: command not found", "the engine is not installed"),
    ("/bin/sh: ctr: not found", "the engine is not installed"),
    ("Error response from daemon: toomanyrequests", "its engine's request failed"),
    (
        f"Error response from daemon: received unexpected HTTP status: 500 from {REFERENCE}",
        "its engine's request failed",
    ),
    ("", "its engine's request failed"),
]


@pytest.mark.parametrize("printed", REACHED)
def test_an_image_that_is_not_there_is_the_answer_hoped_for(printed: str) -> None:
    assert diagnose(printed, REFERENCE) is None


@pytest.mark.parametrize(("printed", "name"), NOT_REACHED)
def test_why_a_registry_is_not_reached(printed: str, name: str) -> None:
    reason = diagnose(printed, REFERENCE)
    assert reason is not None
    assert reason.name.startswith(name)
    assert reason.helps


def test_the_name_of_a_registry_is_no_reason() -> None:
    host = "x509.timeout.refused"
    assert diagnose(f"manifest for {host}/registry-stack-check:none not found: manifest unknown", host) is None


def test_what_waiting_may_end() -> None:
    assert {reason.name: reason.passes for reason in REASONS if reason.passes} == {
        "its engine is not running": inf,
        "a server without TLS answers there": inf,
        "it can't resolve the registry's name": 10,
        REFUSED: inf,
        NO_WAY: inf,
    }


@pytest.mark.parametrize(
    ("engine", "asked"),
    [
        ("docker", f"docker pull {IMAGE}:none"),
        ("podman", f"podman pull {IMAGE}:none"),
        ("containerd", f"ctr images pull --hosts-dir /etc/containerd/certs.d {IMAGE}:none"),
    ],
)
def test_how_engines_are_asked(engine: str, asked: str) -> None:
    assert request(ENGINES[engine], REFERENCE) == f"{asked} 2>&1 || true"
