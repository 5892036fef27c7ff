"""The ServedCertificate resource: the certificate that the registry serves."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from providers.base import Props, Provider, StackResource, changed, login
from registry_stack.certificates.fingerprints import fetch_sha256, sha256_of
from registry_stack.registry.certificate import install_certificate

_CONTENT = ("chain", "private_key")


class ServedCertificateProvider(Provider):
    """Installs what was staged on the registry's machine, and restarts the registry with it. A refresh looks at what
    the registry serves. Deleting does nothing: the files go with the machine."""

    replaces = ("serial",)
    updates = ("login", "port")

    def is_updated_by(self, old: Props, new: Props) -> bool:
        return super().is_updated_by(old, new) or _is_stale(old, new)

    def create(self, props: Props) -> CreateResult:
        _install(props)
        return CreateResult(props["serial"], {**props, "serves": sha256_of(props["chain"]), "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            shown = fetch_sha256(props["login"]["host"], int(props["port"]))
        except OSError:  # RegistryCheck reports a registry that does not answer
            return ReadResult(id_, props)
        other = shown != sha256_of(props["chain"])
        drift = [f"the registry serves another certificate, with the SHA-256 {shown}"] if other else []
        return ReadResult(id_, {**props, "drift": drift})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        if _is_stale(old, new):
            _install(new)
        return UpdateResult({**new, "serves": sha256_of(new["chain"]), "drift": []})


@dataclass(frozen=True)
class ServedCertificateArgs:
    """The certificate chain and its key (PEM), the registry's machine, and the port at which it serves them."""

    login: Mapping[str, pulumi.Input[str | int]]
    serial: pulumi.Input[str]
    port: int
    chain: pulumi.Input[str]
    private_key: pulumi.Input[str]


class ServedCertificate(StackResource, module="registry", name="ServedCertificate"):
    """The certificate that a registry serves; `serves` is the SHA-256 of the chain's first one."""

    provider = ServedCertificateProvider
    walls = ("chain", "private_key")

    serves: pulumi.Output[str]

    def __init__(
        self, resource_name: str, args: ServedCertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(resource_name, args, opts)


def _is_stale(old: Props, new: Props) -> bool:
    # before `drift`, a refresh put what it saw into `serves`
    return bool(changed(old, new, _CONTENT)) or bool(old.get("drift")) or old["serves"] != sha256_of(new["chain"])


def _install(props: Props) -> None:
    install_certificate(login(props), props["chain"], props["private_key"])
