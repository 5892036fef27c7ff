"""The `config` of Pulumi.yaml: the settings as far as Pulumi's own types can say what they are."""

from typing import Any

import yaml
from pydantic.fields import FieldInfo

from registry_stack.settings import Settings
from registry_stack.settings.base import models_in
from tasks.docs.settings_fields import as_written, is_list, may_be_secret


def project_config() -> str:
    """The block, in YAML.

    A setting without a default is one that Pulumi requires, so the others have one: an empty list or mapping, which
    means the same as none. A setting that may be secret as a whole has no type: Pulumi takes a secret for a text.
    """
    fields = Settings.model_fields.items()
    config = {"config": {field.alias or name: _declared(field) for name, field in fields}}
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=118)


def _declared(field: FieldInfo) -> dict[str, Any]:
    declared: dict[str, Any] = {"description": field.description}
    if not may_be_secret(field):
        declared = {**_type(field), **declared}
    if not field.is_required():
        written = as_written(field.default)
        declared["default"] = written if written is not None else [] if is_list(field) else {}
    return declared


def _type(field: FieldInfo) -> dict[str, Any]:
    if is_list(field):
        return {"type": "array", "items": {"type": "object"}}
    return {"type": "object" if models_in(field.annotation) else "string"}
