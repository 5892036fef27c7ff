"""What can go wrong outside of Pulumi.

StackError                 everything below: its text is all that a user has to see
+- CommandError            an external command failed: the command, its exit code, its last lines
+- DeadlineError           a condition did not come true in time: which, and what was seen last
+- MachineError            docker-machine's store holds something else than expected
+- HostKeyError            an SSH server showed another host key than the pinned one
+- RegistryError           the registry does not answer as it should
+- AuthorityError          a certificate authority is another than before, or can't sign
+- UnreachableError        nothing answers there, for now at least: an OSError too, so that waits take it as "not yet"
   +- CertificateError     something answers there, with a certificate that is not valid
"""

import sys
import traceback
from collections.abc import Sequence


class StackError(Exception):
    """The base of this program's own errors."""


class CommandError(StackError):
    """An external command failed. `command` must hold no secrets; `code` is None if it did not end in time."""

    def __init__(self, command: Sequence[str], code: int | None, output: str) -> None:
        ended = f"exited with {code}" if code is not None else "did not end in time and was stopped"
        tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-8:])
        super().__init__(f"{' '.join(command)} {ended}" + (f":\n{tail}" if tail else ""))
        self.code = code
        self.output = output


class DeadlineError(StackError):
    """A condition did not come true in time."""

    def __init__(self, condition: str, seconds: float, seen: object) -> None:
        super().__init__(f"waited {seconds:.0f} s for {condition}, in vain; last seen: {seen}")


class MachineError(StackError):
    """docker-machine's store holds something else than expected."""


class HostKeyError(StackError):
    """An SSH server showed another host key than the pinned one."""


class RegistryError(StackError):
    """The registry does not answer as it should."""


class AuthorityError(StackError):
    """A certificate authority is another than before, or can't sign."""


class UnreachableError(StackError, OSError):
    """Nothing answers there, for now at least."""

    def __init__(self, what: object, reason: Exception) -> None:
        super().__init__(f"{what} can't be reached: {str(reason) or type(reason).__name__}")


class CertificateError(UnreachableError):
    """Something answers there, with a certificate that is not valid."""


def report_plainly() -> None:
    """Makes the SDK's dynamic provider process report this program's own errors by their text alone.

    That process answers every exception with `traceback.format_exc()`, which buries the reason that the texts above
    give under frames that help nobody. Anything unexpected keeps its traceback.
    """
    if getattr(traceback.format_exc, "plain", False):
        return
    whole = traceback.format_exc

    def format_exc(limit: int | None = None, chain: bool = True) -> str:
        error = sys.exc_info()[1]
        return str(error) if isinstance(error, StackError) else whole(limit, chain)

    format_exc.plain = True  # type: ignore[attr-defined]  # a mark, so that a second call does not wrap again
    traceback.format_exc = format_exc
