"""A JSON Schema for stack files: what an editor completes, explains and underlines in them.

It covers what a single setting can be. What several settings must be together, only the program checks.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from registry_stack.settings import Settings
from registry_stack.settings.kinds import SECRET
from tasks.docs.settings_fields import as_written

PROJECT = "registry-stack"
_TEXT = {"type": "string"}
_SECRET = {
    "description": "A secret, as `pulumi config set --secret` writes it.",
    "type": "object",
    "properties": {"secure": _TEXT},
    "required": ["secure"],
    "additionalProperties": False,
}
# source: ProjectStack in sdk/go/common/workspace/project.go of Pulumi
_PULUMIS_OWN = {
    "secretsprovider": {**_TEXT, "description": "Pulumi's own: what encrypts the stack's secrets."},
    "encryptedkey": {**_TEXT, "description": "Pulumi's own: the key of the stack's secrets, encrypted by a cloud."},
    "encryptionsalt": {**_TEXT, "description": "Pulumi's own: the salt of the stack's passphrase."},
    "environment": {"type": ["array", "object"], "description": "Pulumi's own: environments to import."},
}


def stack_file_schema() -> dict[str, Any]:
    """The schema of a whole stack file (JSON Schema 2020-12)."""
    settings = _without_extras(Settings.model_json_schema(schema_generator=_Generator))
    config = {
        "type": "object",
        "properties": {f"{PROJECT}:{key}": value for key, value in settings["properties"].items()},
        "required": [f"{PROJECT}:{key}" for key in settings["required"]],
        "patternProperties": {f"^(?!{PROJECT}:)[^:]+:.": {"description": "Configuration of another package."}},
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of registry-stack",
        "type": "object",
        "properties": {"config": config, **_PULUMIS_OWN},
        "required": ["config"],
        "additionalProperties": False,
        "$defs": {**settings["$defs"], "Secret": _SECRET},
    }


class _Generator(GenerateJsonSchema):
    """Writes defaults as a stack file does. A setting without a value is left out there, so none may be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        value = self.generate_inner(schema["schema"])
        default = as_written(schema.get("default"))
        return value if default is None else {**value, "default": default}


def _without_extras(schema: Any) -> Any:
    """Without the titles that pydantic makes of names, with unknown keys refused everywhere, and with secrets where
    the models allow them."""
    if isinstance(schema, list):
        return [_without_extras(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _without_extras(value) for key, value in schema.items() if key not in ("title", *SECRET)}
    if "patternProperties" in plain:
        plain["additionalProperties"] = False
    if not SECRET.items() <= schema.items():
        return plain
    about = {key: plain.pop(key) for key in ("description", "default") if key in plain}
    return {**about, "anyOf": [plain, {"$ref": "#/$defs/Secret"}]}
