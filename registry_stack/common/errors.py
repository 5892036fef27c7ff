"""This program's errors.

StackError                 the base of all: its text is all that a user has to see
+- CommandError            an external command failed: the command, its exit code, its last lines
+- DeadlineError           a condition did not come true in time: which, and the last error
+- MachineError            docker-machine's store, or a machine, is not as expected
+- HostKeyError            an SSH server presented a host key other than the pinned one
+- RegistryError           the registry does not answer as it should
+- AuthorityError          a certificate authority has changed, or can't sign
+- UnreachableError        nothing answers there at the moment; it is an OSError too, which waits take as "not yet"
   +- CertificateError     something answers there, with a certificate that is not valid
"""

from collections.abc import Sequence


class StackError(Exception):
    """The base of this program's own errors. Texts of hosts are in many of them, and they go to terminals: what a
    terminal would not print as it is comes as an escape sequence of Python's."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class CommandError(StackError):
    """An external command failed. `command` must hold no secrets; `code` is None if it did not end in time."""

    def __init__(self, command: Sequence[str], code: int | None, output: str) -> None:
        ended = f"exited with {code}" if code is not None else "timed out and was stopped"
        tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-8:])
        super().__init__(f"{' '.join(command)} {ended}" + (f":\n{tail}" if tail else ""))
        self.code = code
        self.output = output


class DeadlineError(StackError):
    """A condition did not come true in time. `last` is the error of the last try, if it had one."""

    def __init__(self, condition: str, seconds: float, last: Exception | None) -> None:
        why = "" if last is None else f"; last error: {str(last) or type(last).__name__}"
        super().__init__(f"timed out after {seconds:.0f} s waiting for {condition}{why}")


class MachineError(StackError):
    """docker-machine's store, or a machine, is not as expected."""


class HostKeyError(StackError):
    """An SSH server presented a host key other than the pinned one."""


class RegistryError(StackError):
    """The registry does not answer as it should."""


class AuthorityError(StackError):
    """A certificate authority has changed, or can't sign."""


class UnreachableError(StackError, OSError):
    """Nothing answers there at the moment."""

    def __init__(self, what: object, reason: Exception) -> None:
        super().__init__(f"{what} can't be reached: {str(reason) or type(reason).__name__}")


class CertificateError(UnreachableError):
    """Something answers there, with a certificate that is not valid."""


def printable(text: str) -> str:
    """The text with `\\x1b` and the like in the place of what controls a terminal; lines and tabs stay."""
    return "".join(each if each.isprintable() or each in "\n\t" else repr(each)[1:-1] for each in text)
