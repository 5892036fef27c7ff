"""Who logs in where over SSH, and what the server has to prove."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Login:
    """A user at a host. Keys: PEM or OpenSSH text; `host_key`: "type base64", as in known_hosts."""

    host: str
    user: str
    private_key: str
    host_key: str
    port: int = 22

    def __repr__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"
