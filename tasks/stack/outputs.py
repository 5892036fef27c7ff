"""A stack's outputs, typed."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from registry_stack.common.errors import StackError


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class Client(_Model):
    """A client: its address, its engine (tcp://address:port), the folder with certificate and key for that engine."""

    address: str
    engine: str
    cert_path: Path
    trust: str


class Outputs(_Model):
    """The outputs of a stack of this program. `registry` is how its images' names begin; `ca_certificate` is PEM.

    `clients` are those on machines that docker-machine manages; engines on other hosts can't be reached from here.
    """

    registry: str
    url: str
    ca_certificate: str
    machine: str
    address: str
    hosts_lines: list[str]
    clients: dict[str, Client]

    @field_validator("clients", mode="before")
    @classmethod
    def _on_machines(cls, clients: Any) -> Any:
        if not isinstance(clients, dict):
            return clients
        return {name: each for name, each in clients.items() if not (isinstance(each, dict) and "ssh" in each)}

    @classmethod
    def parse(cls, text: str) -> "Outputs":
        """Reads what `pulumi stack output --json` prints. Raises StackError if it is something else."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            lacking = sorted({str(details["loc"][0]) for details in error.errors() if details["loc"]})
            found = ", ".join(lacking) or "all of it"
            raise StackError(f"these are not the outputs of a stack that is up; missing or wrong: {found}") from None
