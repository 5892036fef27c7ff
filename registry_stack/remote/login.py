"""Who logs in where over SSH, and which host key the server must have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Login:
    """A user at a host. Keys: PEM or OpenSSH text; `host_key`: "type base64", as in known_hosts.

    `key_file`, the path of a key's file, may stand in place of a private key; it is read when it is needed. Without
    either, the SSH agent's keys are tried.
    """

    host: str
    user: str
    private_key: str | None
    host_key: str
    port: int = 22
    key_file: str | None = None

    def __repr__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}"
