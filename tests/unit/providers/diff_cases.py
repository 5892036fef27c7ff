"""Resources as Pulumi delivers them to their providers' diffs: a case for each kind of them."""

import json
from dataclasses import dataclass, replace
from typing import Any

from pulumi.dynamic import DiffResult
from pulumi.output import UNKNOWN

from providers.address import StaticAddressProvider
from providers.authority import StoredAuthorityProvider
from providers.base import Provider
from providers.check import RegistryCheckProvider
from providers.current_address import CurrentAddressProvider
from providers.hosts_file import HostsFileProvider
from providers.image import EngineImageProvider
from providers.machine import MachineProvider
from providers.served import ServedCertificateProvider
from providers.trust import TrustProvider
from providers.trust_check import TrustCheckProvider
from providers.workstation_trust import WorkstationProvider
from registry_stack.certificates.fingerprints import sha256_of
from tests.certificates import Authority

TOOL = {"command": "docker-machine", "storage": "/storage", "deadline": 600}
LOGIN = {"host": "10.0.0.7", "user": "docker", "port": 22, "private_key": "K", "host_key": "ssh-ed25519 AAAA"}
SERVED = Authority().issue("registry0")
_PLACE = {"address": "10.0.0.3", "subnet": "10.0.0.0/24", "gateway": "10.0.0.1", "interface": "eth0"}
_CLIENT = {"name": "client1", "login": LOGIN, "serial": "1", "reference": "r", "engine": "docker", "deadline": 600}


@dataclass(frozen=True)
class Case:
    """A provider, a resource's inputs, and what the provider adds to them."""

    provider: Provider
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def diff(self, **changes: object) -> DiffResult:
        """The diff after changes of inputs; one that is set to None is one that is left out, as Pulumi has it."""
        news = {key: value for key, value in {**self.inputs, **changes}.items() if value is not None}
        return self.provider.diff("id", as_pulumi_delivers({**self.inputs, **self.outputs}), as_pulumi_delivers(news))

    def found(self, **outputs: object) -> "Case":
        """The case after a refresh that found that."""
        return replace(self, outputs={**self.outputs, **outputs})


def as_pulumi_delivers(props: dict[str, Any]) -> dict[str, Any]:
    """Numbers as floats, since they travel as such; what is unknown as the SDK's object for it."""
    known = {key: value for key, value in props.items() if value is not UNKNOWN}
    delivered: dict[str, Any] = json.loads(json.dumps(known), parse_int=float)
    return {**delivered, **dict.fromkeys(props.keys() - known.keys(), UNKNOWN)}


CASES = {
    "machine": Case(
        MachineProvider(),
        {
            "name": "registry0",
            "driver": "generic",
            "options": {"generic-ip-address": "10.0.0.7", "engine-label": ["a=1", "b=2"]},
            "owner": "registry-stack-demo",
            "tool": TOOL,
            "instance": "c0ffee",
            "ssh_key": "K",
            "pinned_host_key": "ssh-ed25519 AAAA",
            "moves": False,
            "moves_to": "10.0.0.3",
            "adopt": False,
            "keep": False,
        },
        {"address": "10.0.0.7", "port": 22, "user": "docker", "folder": "/storage/machines/registry0", "serial": "1"}
        | {"drift": []},
    ),
    "current": Case(
        CurrentAddressProvider(),
        {"name": "registry0", "tool": TOOL, "login": LOGIN, "serial": "1", **_PLACE},
        {"current": "10.0.0.7", "drift": []},
    ),
    "address": Case(
        StaticAddressProvider(),
        {"name": "registry0", "tool": TOOL, "login": LOGIN, "serial": "1", **_PLACE},
        {"settled": "10.0.0.3", "drift": []},
    ),
    "authority": Case(
        StoredAuthorityProvider(),
        {"storage": "/storage", "alone": True, "found": "AA:BB"},
        {"certificate": "PEM", "private_key": "K", "fingerprint": "AA:BB", "ends": "2120-01-01T00:00:00Z", "drift": []},
    ),
    "trust": Case(
        TrustProvider(),
        {**_CLIENT, "address": "10.0.0.3", "names": ["r"], "anchors": {"authority": "PEM"}, "scope": "engine"}
        | {"os": "auto"},
        {"system": "debian", "files": {"/a": "1"}, "folders": [], "drift": []},
    ),
    "reaching": Case(TrustCheckProvider(), {**_CLIENT, "files": {"/a": "1"}, "revision": "1"}, {"drift": []}),
    "image": Case(
        EngineImageProvider(),
        {"image": "registry:2", "address": "10.0.0.3", "folder": "/storage/machines/registry0", "serial": "1"},
        {"image_id": "sha256:1", "drift": []},
    ),
    "check": Case(
        RegistryCheckProvider(),
        {"host": "r", "address": "10.0.0.3", "port": 443, "ca_certificate": "PEM", "revision": "1", "deadline": 600},
        {"drift": []},
    ),
    "served": Case(
        ServedCertificateProvider(),
        {"login": LOGIN, "serial": "1", "port": 443, "chain": SERVED.certificate, "private_key": SERVED.key},
        {"serves": sha256_of(SERVED.certificate), "drift": []},
    ),
    "hosts": Case(
        HostsFileProvider(),
        {"path": "/etc/hosts", "owner": "registry-stack-demo", "lines": ["10.0.0.3 r"]},
        {"status": "managed: /etc/hosts", "drift": []},
    ),
    "workstation": Case(
        WorkstationProvider(),
        {
            "workstation": {"system": "Linux", "home": "/home/me", "config": "/home/me/.config", "distribution": ""},
            "scope": "user",
            "reference": "r",
            "anchors": {"authority": "PEM"},
        },
        {"status": "managed: this workstation trusts r", "placed": {}, "drift": []},
    ),
}
