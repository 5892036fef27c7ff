"""The certificate authority that vouches for the registry, and for nothing else.

The guide reuses docker-machine's own; its key also authenticates every engine of that docker-machine user, and a client
that trusts it for a registry trusts it for much more.
"""

import pulumi
import pulumi_tls as tls

_TEN_YEARS = 10 * 365 * 24


class CertificateAuthority(pulumi.ComponentResource):
    """A certificate authority of the stack's own. `certificate` and `private_key` are PEM texts, the latter secret."""

    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]

    def __init__(self, name: str, registry: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:CertificateAuthority", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = tls.PrivateKey(f"{name}-key", algorithm="RSA", rsa_bits=2048, opts=child)
        certificate = tls.SelfSignedCert(
            f"{name}-certificate",
            private_key_pem=key.private_key_pem,
            subject=tls.SelfSignedCertSubjectArgs(common_name=f"{registry} certificate authority"),
            is_ca_certificate=True,
            allowed_uses=["cert_signing", "crl_signing"],
            set_subject_key_id=True,
            validity_period_hours=_TEN_YEARS,
            opts=child,
        )
        self.certificate = certificate.cert_pem
        self.private_key = key.private_key_pem
        self.register_outputs({"certificate": self.certificate})
