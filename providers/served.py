"""The ServedCertificate resource: the certificate that the registry serves."""

from collections.abc import Mapping

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from providers.base import Props, Provider, changed, login
from registry_stack.certificates.fingerprints import fetch_sha256, sha256_of

_CONTENT = ("chain", "private_key")


class ServedCertificateProvider(Provider):
    """Translates Pulumi's calls into files on the registry's machine, and looks at what it serves. Deleting does
    nothing: the files go with the machine."""

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        replaces = changed(_olds, _news, ["serial"])
        updates = changed(_olds, _news, ["login", "port"]) or _is_stale(_olds, _news)
        return DiffResult(changes=bool(replaces or updates), replaces=replaces)

    def create(self, props: Props) -> CreateResult:
        _serve(props)
        return CreateResult(props["serial"], {**props, "serves": sha256_of(props["chain"])})

    def read(self, id_: str, props: Props) -> ReadResult:
        try:
            shown = fetch_sha256(props["login"]["host"], int(props["port"]))
        except OSError:  # that the registry does not answer is the RegistryCheck's to say
            return ReadResult(id_, props)
        return ReadResult(id_, {**props, "serves": shown})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        if _is_stale(_olds, _news):
            _serve(_news)
        return UpdateResult({**_news, "serves": sha256_of(_news["chain"])})


class ServedCertificate(Resource, module="registry", name="ServedCertificate"):
    """The certificate `chain` and its key (PEM), as files of the registry's machine, which serves them at `port`.

    `serves` is the SHA-256 of the certificate that it was seen to serve last; any other than the chain's first one is
    put right by the next `up`.
    """

    serves: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        login: Mapping[str, pulumi.Input[str | int]],
        serial: pulumi.Input[str],
        port: int,
        chain: pulumi.Input[str],
        private_key: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"login": login, "serial": serial, "port": port, "chain": chain, "private_key": private_key}
        super().__init__(ServedCertificateProvider(), resource_name, {**inputs, "serves": None}, opts)


def _is_stale(olds: Props, news: Props) -> bool:
    return bool(changed(olds, news, _CONTENT)) or olds["serves"] != sha256_of(news["chain"])


def _serve(props: Props) -> None:
    from registry_stack.registry.certificate import install_certificate

    install_certificate(login(props), int(props["port"]), props["chain"], props["private_key"])
