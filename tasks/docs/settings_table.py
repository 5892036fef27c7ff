"""The table of docs/settings.md."""

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tasks.docs.settings_fields import all_fields, as_written

# the pages of docs/ that say more of a setting
PAGES = {
    "machine": "machines.md",
    "clients": "clients.md",
    "notifications": "notifications.md",
    "certificates": "certificates.md",
    "hostsFile": "use.md",
    "workstationTrust": "use.md",
}


def settings_table() -> str:
    """A row for each setting, in Markdown."""
    return "\n".join(["| key | what | default |", "|---|---|---|", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for key, field in all_fields():
        page = f" See [{PAGES[key]}]({PAGES[key]})." if key in PAGES else ""
        yield f"| `{key}` | {field.description}{page} | {_default(field)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    written = as_written(default)
    if written is not None:
        return f"`{str(written).lower() if isinstance(written, bool) else written}`"
    if isinstance(default, BaseModel):
        return "as below"
    if default:
        return "one, as below"
    return "not set" if default is None else "none"
