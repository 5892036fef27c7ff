"""The settings of certificates, and of the authorities that vouch for them."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from registry_stack.settings.base import Model
from registry_stack.settings.errors import fault
from registry_stack.settings.values import Duration, Label, duration_text

if TYPE_CHECKING:
    from registry_stack.certificates.authority import Authority

KeyKind = Literal["rsa-2048", "rsa-4096", "ecdsa-p256"]
_OF_SOURCE = {"key": "generate", "certificate": "provided", "private_key": "provided", "passphrase": "provided"}


class AuthoritySettings(Model):
    """A certificate authority: made by the stack, docker-machine's own, or provided as PEM texts, whose private key is
    secret."""

    name: Label = "authority"
    source: Literal["generate", "docker-machine", "provided"] = "generate"
    key: KeyKind = "rsa-2048"
    certificate: str | None = None
    private_key: str | None = Field(default=None, repr=False)
    passphrase: str | None = Field(default=None, repr=False)
    _provided: "Authority | None" = PrivateAttr(default=None)

    @property
    def provided(self) -> "Authority":
        """What was provided, read and found to be fit; for that source alone."""
        assert self._provided is not None  # noqa: S101  # the validation sees to it
        return self._provided

    @model_validator(mode="after")
    def _has_what_its_source_needs(self) -> Self:
        for field in ("certificate", "private_key"):
            if self.source == "provided" and getattr(self, field) is None:
                raise fault(to_camel(field), None, "PEM text, with the source 'provided'")
        for field, source in _OF_SOURCE.items():
            if self.source != source and field in self.model_fields_set:
                value = getattr(self, field)
                raise fault(to_camel(field), value, f"left out, unless the source is '{source}'")
        return self

    @model_validator(mode="after")
    def _is_fit(self, info: ValidationInfo) -> Self:
        if self.certificate is not None and self.private_key is not None:
            from registry_stack.certificates.authority import Flaw, read_authority

            try:
                self._provided = read_authority(
                    self.certificate, self.private_key, self.passphrase, info.context or datetime.now(UTC)
                )
            except Flaw as flaw:
                raise fault(to_camel(flaw.key), getattr(self, flaw.key), flaw.expected) from None
        return self


class CertificateSettings(Model):
    """The authorities, of which the first signs and clients trust all; the registry's key, for how long its
    certificate is valid, and how long before its end an `up` renews it."""

    authorities: tuple[AuthoritySettings, ...] = (AuthoritySettings(),)
    key: KeyKind = "rsa-2048"
    valid_for: Duration = timedelta(days=365)
    renew_before: Duration = timedelta(days=30)

    @field_validator("authorities")
    @classmethod
    def _one_signs(cls, authorities: tuple[AuthoritySettings, ...]) -> tuple[AuthoritySettings, ...]:
        if not authorities:
            raise PydanticCustomError("empty", "should be a list with an authority at least")
        return authorities

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        taken: dict[str, int] = {}
        for index, authority in enumerate(self.authorities):
            if authority.name in taken:
                expected = f"a name of its own: authorities[{taken[authority.name]}] has that name"
                raise fault(f"authorities[{index}].name", authority.name, expected)
            taken[authority.name] = index
        return self

    @model_validator(mode="after")
    def _is_renewed_while_it_is_valid(self) -> Self:
        if self.renew_before >= self.valid_for:
            expected = f"shorter than validFor ({duration_text(self.valid_for)})"
            raise fault("renewBefore", duration_text(self.renew_before), expected)
        return self
