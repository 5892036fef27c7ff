"""Who logs in where over SSH, and what the server has to prove."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Login:
    """A user at a host. Keys: PEM or OpenSSH text; `host_key`: "type base64", as in known_hosts.

    Instead of a private key there may be the path of its file, which is read when it is needed, or neither: then the
    SSH agent's keys are tried.
    """

    host: str
    user: str
    private_key: str | None
    host_key: str
    port: int = 22
    key_file: str | None = None

    def __repr__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"
