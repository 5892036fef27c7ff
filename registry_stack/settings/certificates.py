"""The settings of the registry's certificate, and of the authorities that sign it."""

from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from registry_stack.certificates.authority import Authority, Flaw, read_authority
from registry_stack.settings.base import Model, fault
from registry_stack.settings.kinds import SECRET
from registry_stack.settings.values import Duration, Label, duration_text

KeyKind = Literal["rsa-2048", "rsa-4096", "ecdsa-p256"]
_OF_SOURCE = {"key": "generate", "certificate": "provided", "private_key": "provided", "passphrase": "provided"}


class AuthoritySettings(Model):
    """A certificate authority."""

    name: Label = Field(
        default="authority",
        description="A label that no other authority of this stack has. Another name means another authority.",
    )
    source: Literal["generate", "docker-machine", "provided"] = Field(
        default="generate",
        description="Where the authority comes from: the stack creates it (`generate`), it is docker-machine's own, as "
        "in the guide (`docker-machine`), or you provide it (`provided`).",
    )
    key: KeyKind = Field(
        default="rsa-2048", description="With `generate`, its key: `rsa-2048`, `rsa-4096` or `ecdsa-p256`."
    )
    certificate: str | None = Field(
        default=None,
        description="Required with `provided`: its certificate as PEM text, or a bundle from it up to the root.",
        json_schema_extra=SECRET,
    )
    private_key: str | None = Field(
        default=None,
        repr=False,
        description="Required with `provided`: its private key as PEM text, which should be a secret.",
        json_schema_extra=SECRET,
    )
    passphrase: str | None = Field(
        default=None,
        repr=False,
        description="With `provided`, the passphrase of an encrypted private key, which should be a secret.",
        json_schema_extra=SECRET,
    )
    _provided: Authority | None = PrivateAttr(default=None)

    @property
    def provided(self) -> Authority:
        """The provided authority, once its texts were read and accepted. Only with the source `provided`."""
        assert self._provided is not None  # noqa: S101  # the validation sees to it
        return self._provided

    @model_validator(mode="after")
    def _has_what_its_source_needs(self) -> Self:
        for field in ("certificate", "private_key"):
            if self.source == "provided" and getattr(self, field) is None:
                raise fault(to_camel(field), None, "PEM text, because the source is 'provided'")
        for field, source in _OF_SOURCE.items():
            if self.source != source and field in self.model_fields_set:
                value = getattr(self, field)
                raise fault(to_camel(field), value, f"left out unless the source is '{source}'")
        return self

    @model_validator(mode="after")
    def _is_fit(self, info: ValidationInfo) -> Self:
        if self.certificate is not None and self.private_key is not None:
            try:
                self._provided = read_authority(
                    self.certificate, self.private_key, self.passphrase, info.context or datetime.now(UTC)
                )
            except Flaw as flaw:
                raise fault(to_camel(flaw.key), getattr(self, flaw.key), flaw.expected) from None
        return self


class CertificateSettings(Model):
    """The registry's certificate, and the authorities that sign it."""

    authorities: tuple[AuthoritySettings, ...] = Field(
        default=(AuthoritySettings(),),
        description="The certificate authorities. The first signs the registry's certificate; clients trust all of "
        "them.",
        json_schema_extra={"minItems": 1},
    )
    key: KeyKind = Field(
        default="rsa-2048", description="The registry's own key: `rsa-2048`, `rsa-4096` or `ecdsa-p256`."
    )
    valid_for: Duration = Field(
        default=timedelta(days=365),
        description="How long the registry's certificate is valid: days (`30d`) or hours (`12h`), at most `3650d`.",
    )
    renew_before: Duration = Field(
        default=timedelta(days=30), description="How long before its end `pulumi up` renews the certificate."
    )

    # not by min_length: pydantic calls a list empty whose only entry is faulty
    @field_validator("authorities")
    @classmethod
    def _one_signs(cls, authorities: tuple[AuthoritySettings, ...]) -> tuple[AuthoritySettings, ...]:
        if not authorities:
            raise PydanticCustomError("empty", "should be a list of at least one authority")
        return authorities

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        taken: dict[str, int] = {}
        for index, authority in enumerate(self.authorities):
            if authority.name in taken:
                expected = f"a unique name: authorities[{taken[authority.name]}] has it already"
                raise fault(f"authorities[{index}].name", authority.name, expected)
            taken[authority.name] = index
        return self

    @model_validator(mode="after")
    def _is_renewed_while_it_is_valid(self) -> Self:
        if self.renew_before >= self.valid_for:
            expected = f"shorter than validFor ({duration_text(self.valid_for)})"
            raise fault("renewBefore", duration_text(self.renew_before), expected)
        return self
