"""What to log in with: a key, a key in a file, or the SSH agent's keys."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from registry_stack.common.errors import StackError
from registry_stack.common.lazy import paramiko
from registry_stack.remote.login import Login
from registry_stack.remote.private_keys import read_private_key


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
        key = read_private_key(login.private_key, called)
        if key is None:
            raise StackError(f"{called} has a passphrase")
        return Credentials(key, called)
    if login.key_file is None:
        if not agent_has_keys():
            raise StackError(f"{login}: there is no SSH agent with a key: add one (ssh-add), or name the key's file")
        return Credentials(None, "every key of the SSH agent")
    path = Path(login.key_file).expanduser()
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise StackError(f"{login}: the key file {path} can't be read: {error}") from None
    key = read_private_key(text, f"the key file {path}")
    if key is None and not agent_has_keys():
        raise StackError(
            f"{login}: the key in {path} has a passphrase, and there is no SSH agent with a key: "
            f"add it to one (ssh-add {path}), or use a key without a passphrase"
        )
    locked = f"every key of the SSH agent; the one in {path} has a passphrase (ssh-add {path})"
    return Credentials(key, f"the key in {path}" if key else locked)


def agent_has_keys() -> bool:
    """Whether an SSH agent runs that has a key."""
    with closing(paramiko.Agent()) as agent:
        return bool(agent.get_keys())
