"""What Pulumi's engine does with one Machine: when it calls its provider, and what of that it keeps in its state."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from providers.machine import MachineProvider
from registry_stack.common.errors import StackError
from tests.fakes.runner import Killed


@dataclass
class Engine:
    """`state` is what the state file has of the machine; `said` are the texts of all errors. Whatever the provider
    returned before somebody killed it is lost, as it is when the engine is killed too."""

    state: str | None = None
    said: list[str] = field(default_factory=list)
    provider: MachineProvider = field(default_factory=MachineProvider)

    def attempt(self, operation: str, inputs: dict[str, Any] | None = None) -> bool:
        """An `up`, `refresh` or `destroy`; whether it succeeded."""
        with suppress(Killed):
            try:
                getattr(self, operation)(*([inputs] if inputs is not None else []))
            except StackError as error:
                self.said.append(str(error))
            else:
                return True
        return False

    def up(self, inputs: dict[str, Any]) -> None:
        """Creates, updates or replaces the machine."""
        checked = self.provider.check(self._olds, inputs)
        if checked.failures:
            raise StackError(" ".join(each.reason for each in checked.failures))
        if self.state is not None:
            diff = self.provider.diff(inputs["name"], self._olds, inputs)
            if diff.replaces:
                self.destroy()
            elif diff.changes:
                self._keep(self.provider.update(inputs["name"], self._olds, inputs).outs)
        if self.state is None:
            self._keep(self.provider.create(inputs).outs)

    def refresh(self) -> None:
        """Reads the machine; one that is gone is forgotten."""
        if self.state is not None:
            read = self.provider.read(self._olds["name"], self._olds)
            self._keep(read.outs if read.id else None)

    def destroy(self) -> None:
        """Deletes the machine."""
        if self.state is not None:
            self.provider.delete(self._olds["name"], self._olds)
            self.state = None

    def is_settled(self, inputs: dict[str, Any]) -> bool:
        """Whether another `up` would change nothing."""
        return self.state is not None and not self.provider.diff(inputs["name"], self._olds, inputs).changes

    @property
    def _olds(self) -> dict[str, Any]:
        olds: dict[str, Any] = json.loads(self.state) if self.state is not None else {}
        return olds

    def _keep(self, outs: dict[str, Any] | None) -> None:
        self.state = None if outs is None else json.dumps(outs)
