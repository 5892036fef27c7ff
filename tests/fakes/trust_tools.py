"""A Runner that is the trust stores of all systems: what their tools do, without a system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry_stack.certificates.fingerprints import sha1_of
from registry_stack.common.errors import CommandError


@dataclass
class TrustTools:
    """The store of macOS' or Windows' tools is `held`, certificates (PEM); that of Linux' is `bundle`, which is made of
    `folder`. What changes them says `refusal`, if there is one, and fails."""

    folder: Path
    bundle: Path
    held: list[str] = field(default_factory=list)
    refusal: str = ""
    commands: list[list[str]] = field(default_factory=list)

    @property
    def changes(self) -> list[list[str]]:
        """The commands that were not for looking."""
        return [each for each in self.commands if "find-certificate" not in each and "-store" not in each]

    def __call__(
        self, command: Sequence[str], *, environment: Mapping[str, str], deadline: float, keep_open: Sequence[int] = ()
    ) -> str:
        self.commands.append(list(command))
        match list(command):
            case ["security", "find-certificate", "-a", "-Z", _]:
                return "".join(f"SHA-1 hash: {sha1_of(each)}\nkeychain: ...\n" for each in self.held)
            case ["certutil", *_, "-store", "Root"]:
                return "".join(f"Cert Hash(sha1): {_parted(sha1_of(each))}\n" for each in self.held)
            case _ if self.refusal:
                raise CommandError(command, 1, self.refusal)
            case ["security", "add-trusted-cert", *_, file] | ["certutil", *_, "-addstore", "Root", file]:
                self.held.append(Path(file).read_text("ascii"))
            case ["security", "remove-trusted-cert", *_, file]:
                assert Path(file).read_text("ascii") in self.held
            case ["security", "delete-certificate", "-Z", name, _] | ["certutil", *_, "-delstore", "Root", name]:
                assert name in map(sha1_of, self.held)
                self.held = [each for each in self.held if sha1_of(each) != name]
            case ["update", *_]:
                self.bundle.write_text("".join(each.read_text() for each in sorted(self.folder.iterdir())))
            case _:
                raise AssertionError(command)
        return ""


def _parted(digits: str) -> str:
    return " ".join(digits[index : index + 2] for index in range(0, len(digits), 2)).lower()
