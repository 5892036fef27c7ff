"""A resource type's properties as a table, and what follows from it: defaults, checks, previews, comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from offline.kit.values import UNKNOWN, Properties, Secret, Value, contains_unknown


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a resource type, or of an object inside one (`fields`)."""

    required: bool = False
    default: Value = None
    computed: bool = False
    """The provider fills it in where the program leaves it out."""
    output: bool = False
    """The program cannot set it."""
    replaces: bool = True
    secret: bool = False
    unordered: bool = False
    """A set: the order of its items means nothing."""
    exact: bool = False
    """Empty is a value of its own, not the same as unset."""
    empty_is_any: bool = False
    """An empty input leaves the choice to the provider, as an unset one does to a computed property."""
    supported: bool = True
    """Whether the offline plugin can do it."""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    fields: Mapping[str, "Property"] = field(default_factory=dict)


Schema: TypeAlias = Mapping[str, Property]


def failures(schema: Schema, inputs: Properties, path: str = "") -> dict[str, str]:
    """What is wrong with the inputs: property path -> reason."""
    found = {f"{path}{name}": "unknown property" for name in inputs if _unknown(schema, name)}
    for name, prop in schema.items():
        value = inputs.get(name)
        if value is None:
            if prop.required:
                found[f"{path}{name}"] = "is required"
            continue
        if not prop.supported:
            found[f"{path}{name}"] = "is not among what the offline plugin can do"
        found |= _value_failures(prop, value, f"{path}{name}")
    return found


def _unknown(schema: Schema, name: str) -> bool:
    return not name.startswith("__") and (name not in schema or schema[name].output)


def _value_failures(prop: Property, value: Value, path: str) -> dict[str, str]:
    if value == UNKNOWN:
        return {}
    if isinstance(value, list):
        return {
            key: reason
            for index, item in enumerate(value)
            for key, reason in _value_failures(prop, item, f"{path}[{index}]").items()
        }
    if prop.fields and isinstance(value, dict):
        return failures(prop.fields, value, f"{path}.")
    if prop.choices and value not in prop.choices:
        return {path: f"must be one of {', '.join(prop.choices)}"}
    if prop.minimum is not None and isinstance(value, int) and value < prop.minimum:
        return {path: f"must be at least {prop.minimum}"}
    return {}


def filled(schema: Schema, inputs: Properties) -> Properties:
    """The inputs with the defaults of all that they leave out, objects inside them included."""
    given = {name: _filled_value(schema[name], value) if name in schema else value for name, value in inputs.items()}
    return {**{name: prop.default for name, prop in schema.items() if prop.default is not None}, **given}


def _filled_value(prop: Property, value: Value) -> Value:
    if isinstance(value, list):
        return [_filled_value(prop, item) for item in value]
    return filled(prop.fields, value) if isinstance(value, dict) and prop.fields else value


def preview(schema: Schema, inputs: Properties) -> Properties:
    """The state that a creation with these inputs would give, as far as it is known before it."""
    return {**{name: UNKNOWN for name, prop in schema.items() if prop.output or prop.computed}, **inputs}


def public(inputs: Properties) -> Properties:
    """The inputs without the engine's and the official plugins' own (`__defaults` and the like)."""
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def marked(schema: Schema, properties: Properties) -> Properties:
    """The properties with all that the schema calls secret wrapped as such, inside objects as well."""
    return {name: _marked_value(schema.get(name), value) for name, value in properties.items()}


def _marked_value(prop: Property | None, value: Value) -> Value:
    if prop is None or value is None:
        return value
    inner = marked(prop.fields, value) if prop.fields and isinstance(value, dict) else value
    return Secret(inner) if prop.secret else inner


def same(prop: Property, old: Value, new: Value) -> bool:
    """Whether two values of a property mean the same: unset and empty do, and so does a set in another order."""
    if contains_unknown(new):
        return False
    return bool(old == new if prop.exact else canonical(prop, old) == canonical(prop, new))


def canonical(prop: Property, value: Value) -> Value:
    """The value with nested defaults filled in, empty parts left out and sets sorted."""
    if isinstance(value, list):
        items = [canonical(prop, item) for item in value]
        return (sorted(items, key=repr) if prop.unordered else items) or None
    if isinstance(value, dict):
        if prop.fields:
            value = filled(prop.fields, value)
        parts = {key: canonical(prop.fields.get(key, Property()), item) for key, item in value.items()}
        return dict(sorted((key, part) for key, part in parts.items() if part and key[:2] != "__")) or None
    return value or None
