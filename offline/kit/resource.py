"""What a resource type has to offer, with the parts that follow from its property table."""

import secrets as random
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from offline.kit import schema as tables
from offline.kit.schema import Schema
from offline.kit.values import Properties


class PluginError(Exception):
    """An operation failed; the text is all that the user sees, so it holds no secret."""


@dataclass(slots=True)
class Diff:
    """How a resource would change: property -> (add, delete or update; whether it replaces)."""

    changes: dict[str, tuple[str, bool]] = field(default_factory=dict)
    delete_first: bool = False
    """Whether the old one goes before its replacement comes."""

    @property
    def replaces(self) -> list[str]:
        """The properties that force a replacement."""
        return [name for name, (_, replace) in self.changes.items() if replace]


class Resource(ABC):
    """One resource type. `state` is what the engine stores as outputs, `inputs` what the program asked for."""

    tok: ClassVar[str]
    schema: ClassVar[Schema]
    delete_before_replace: ClassVar[bool] = False
    named: ClassVar[bool] = False
    """Whether a `name` is made from the resource's own where the program gives none."""

    id_among_outputs: ClassVar[bool] = True
    """Whether the official plugin has it there; one that refreshes a state without would lose the id."""

    def with_id(self, state: Properties, id_: str) -> Properties:
        """The outputs of a resource that exists."""
        return {**state, "id": id_} if self.id_among_outputs else state

    def check(self, urn: str, olds: Properties, news: Properties) -> Properties:
        """The inputs with their defaults, and with a name; `tables.failures` has looked at them before."""
        news = tables.filled(self.schema, news)
        if not self.named or news.get("name") is not None:
            return news
        # A name made once stays: `__defaults` is where the official plugins note it too.
        kept = olds.get("name") if "name" in olds.get("__defaults", []) else None
        return {**news, "name": kept or f"{urn.split('::')[-1]}-{random.token_hex(4)[:7]}", "__defaults": ["name"]}

    def diff(self, state: Properties, inputs: Properties) -> Diff:
        """The difference between what is and what is asked for; what the provider fills in by itself is none."""
        diff = Diff(delete_first=self.delete_before_replace or self._keeps_name(state, inputs))
        # The engine also compares what it kept of the official plugins, whose inputs lack some defaults.
        inputs = tables.filled(self.schema, inputs)
        for name, prop in self.schema.items():
            old, new = state.get(name), inputs.get(name)
            left = (new is None and prop.computed) or (not new and prop.empty_is_any)
            if prop.output or left or tables.same(prop, old, new):
                continue
            kind = "add" if old is None else "delete" if new is None else "update"
            diff.changes[name] = (kind, prop.replaces)
        return diff

    def _keeps_name(self, state: Properties, inputs: Properties) -> bool:
        # Two of one name cannot be at once; a generated name would be another one.
        return self.named and "name" not in inputs.get("__defaults", []) and state.get("name") == inputs.get("name")

    def preview_create(self, inputs: Properties) -> Properties:
        """The state after a creation, as far as it is known."""
        return tables.preview(self.schema, inputs)

    def preview_update(self, state: Properties, inputs: Properties) -> Properties:
        """The state after an update, as far as it is known."""
        return self.merged(state, inputs)

    def merged(self, state: Properties, inputs: Properties) -> Properties:
        """The state with new inputs: what the program no longer sets is gone, unless the provider fills it in."""
        kept = {name for name, prop in self.schema.items() if prop.output or prop.computed}
        return {**{name: value for name, value in state.items() if name in kept}, **inputs}

    @abstractmethod
    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Make it; its id and state."""

    def read(self, urn: str, id_: str, state: Properties) -> tuple[str, Properties] | None:
        """Its id and state as they are now, or None when it is gone."""
        return id_, state

    def update(self, urn: str, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Change it in place; its new state."""
        return self.merged(state, inputs)

    def delete(self, urn: str, id_: str, state: Properties) -> None:
        """Remove it; that it is gone already is no error."""
        return
