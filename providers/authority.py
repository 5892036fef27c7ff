"""The StoredAuthority resource: docker-machine's own certificate authority, as it was when the stack first read it.

When it has ended, docker-machine removes it and makes another without asking (libmachine's cert/bootstrap.go). So the
stack keeps what it has read, and reports it if docker-machine has another.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult

from providers.base import Props, Provider, StackResource
from registry_stack.certificates.authority import Flaw, read_authority
from registry_stack.certificates.dates import moment
from registry_stack.certificates.fingerprints import sha256_colons
from registry_stack.common.errors import AuthorityError
from registry_stack.machines.store import Store

_CERTIFICATE, _KEY = "ca.pem", "ca-key.pem"
_CHANGED = (
    "docker-machine has made another certificate authority, as it does when its own has ended: the one in {folder} "
    "has the fingerprint {found}, but the registry's clients trust {pinned}. To change to another authority, add it to "
    "registry-stack:certificates.authorities after this one, with a new name and the source docker-machine or "
    "generate, and run `pulumi up`: see docs/certificates.md: rotation"
)


class StoredAuthorityProvider(Provider):
    """Reads the authority once and keeps it. Another one in its place is an error, unless the stack has another
    authority to change to."""

    def check(self, old: Props, new: Props) -> CheckResult:
        # a refresh calls `diff` but not `check`: it goes by what the last `up` found
        return CheckResult({**new, "found": found_in(Path(new["storage"]))}, [])

    def diff(self, id_: str, old: Props, new: Props) -> DiffResult:
        pinned, found = old["fingerprint"], new["found"]
        # if the file is missing, docker-machine has no authority, and what needs one will say so
        if new["alone"] and found not in (None, pinned):
            raise AuthorityError(_CHANGED.format(folder=new["storage"], pinned=pinned, found=found))
        return DiffResult(changes=False)

    def create(self, props: Props) -> CreateResult:
        outputs = stored_authority(Path(props["storage"]), datetime.now(UTC))
        return CreateResult(outputs["fingerprint"], {**props, **outputs, "drift": []})

    def read(self, id_: str, props: Props) -> ReadResult:
        pinned, found = props["fingerprint"], found_in(Path(props["storage"]))
        other = found not in (None, pinned)
        drift = [f"docker-machine has another authority: {found} in place of {pinned}"] if other else []
        return ReadResult(id_, {**props, "drift": drift})


@dataclass(frozen=True)
class StoredAuthorityArgs:
    """docker-machine's storage folder. `alone`: the stack has no other authority to change to."""

    storage: str
    alone: bool


class StoredAuthority(StackResource, module="registry", name="StoredAuthority"):
    """docker-machine's certificate authority, pinned when it is first read.

    `certificate` and `private_key` are PEM texts, the latter secret; `fingerprint` is the certificate's SHA-256, `ends`
    a moment in ISO 8601.
    """

    provider = StoredAuthorityProvider
    secrets = ("private_key",)
    walls = ("certificate",)

    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]
    fingerprint: pulumi.Output[str]
    ends: pulumi.Output[str]

    def __init__(
        self, resource_name: str, args: StoredAuthorityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(resource_name, args, opts)


def stored_authority(storage: Path, now: datetime) -> dict[str, str]:
    """The outputs of a StoredAuthority, from docker-machine's storage folder. Raises AuthorityError if it is unfit."""
    folder = Store(storage).certificates
    certificate, key = _text(folder / _CERTIFICATE), _text(folder / _KEY)
    try:
        read = read_authority(certificate, key, None, now)
    except Flaw as flaw:
        file = folder / (_CERTIFICATE if flaw.key == "certificate" else _KEY)
        expected = "a key that is not encrypted" if flaw.key == "passphrase" else flaw.expected
        raise AuthorityError(
            f"docker-machine's certificate authority can't sign: {file} should be {expected}"
        ) from None
    return {
        "certificate": read.bundle,
        "private_key": read.private_key,
        "fingerprint": _fingerprint(certificate),
        "ends": moment(read.ends),
    }


def found_in(storage: Path) -> str | None:
    """The fingerprint of the authority that docker-machine has now; None if it has none."""
    file = Store(storage).certificates / _CERTIFICATE
    return _fingerprint(_text(file)) if file.exists() else None


def _fingerprint(certificate: str) -> str:
    try:
        return sha256_colons(certificate)
    except ValueError:
        return "of no certificate"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise AuthorityError(
            f"docker-machine's certificate authority can't be read: {file}: {error.strerror}"
        ) from None
