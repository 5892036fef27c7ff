"""What to log in with: a key, a key in a file, or the SSH agent's keys."""

import io
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.lazy import paramiko
from registry_stack.remote.login import Login


@dataclass(frozen=True)
class Credentials:
    """A key, or None for those of the SSH agent; `called` names it in errors."""

    key: "paramiko.PKey | None"
    called: str

    @property
    def agent(self) -> bool:
        """Whether the agent's keys are used."""
        return self.key is None


def credentials(login: Login) -> Credentials:
    """What to log in with. Raises StackError if there is nothing, or a key that can't be used."""
    if login.private_key is not None:
        called = "the machine's SSH key"
        key = _private_key(login.private_key, called)
        if key is None:
            raise StackError(f"{called} has a passphrase")
        return Credentials(key, called)
    if login.key_file is None:
        if not _agent_has_keys():
            raise StackError(f"{login}: there is no SSH agent with a key: add one (ssh-add), or name the key's file")
        return Credentials(None, "every key of the SSH agent")
    path = Path(login.key_file).expanduser()
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise StackError(f"{login}: the key file {path} can't be read: {error}") from None
    key = _private_key(text, f"the key file {path}")
    if key is None and not _agent_has_keys():
        raise StackError(
            f"{login}: the key in {path} has a passphrase, and there is no SSH agent with a key: "
            f"add it to one (ssh-add {path}), or use a key without a passphrase"
        )
    locked = f"every key of the SSH agent; the one in {path} has a passphrase (ssh-add {path})"
    return Credentials(key, f"the key in {path}" if key else locked)


def _private_key(text: str, called: str) -> "paramiko.PKey | None":
    """The key, or None if it has a passphrase."""
    kinds: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text))
        except paramiko.PasswordRequiredException:
            return None
        except (paramiko.SSHException, ValueError):
            continue
    if "BEGIN ENCRYPTED PRIVATE KEY" in text:
        return None
    raise StackError(f"{called} is neither an Ed25519, an ECDSA nor an RSA key without a passphrase")


def _agent_has_keys() -> bool:
    with closing(paramiko.Agent()) as agent:
        return bool(agent.get_keys())
