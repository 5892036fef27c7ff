"""Writes the files, and the parts of files, that are made from the settings' models."""

import json
from argparse import Namespace
from pathlib import Path

from tasks.docs.project_config import project_config
from tasks.docs.settings_schema import stack_file_schema
from tasks.docs.settings_table import settings_table
from tasks.layout import HERE

SCHEMA = Path("docs", "settings.schema.json")
PAGE = Path("docs", "settings.md")
PROJECT_FILE = Path("Pulumi.yaml")


def made(checkout: Path) -> dict[Path, str]:
    """File -> what it should hold. Raises ValueError if a file lacks the marks around the part that is made."""
    page = (checkout / PAGE).read_text(encoding="utf-8")
    project = (checkout / PROJECT_FILE).read_text(encoding="utf-8")
    return {
        SCHEMA: json.dumps(stack_file_schema(), indent=2) + "\n",
        PAGE: replaced(page, "<!-- made by `make docs` -->\n", settings_table(), "<!-- end -->\n"),
        PROJECT_FILE: replaced(project, "# made by `make docs`\n", project_config(), "# end\n"),
    }


def replaced(text: str, begin: str, part: str, end: str) -> str:
    """The text with another part between two marks. Raises ValueError if one of them is missing."""
    before, begun, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"should have a line {(end if begun else begin).strip()!r}")
    return f"{before}{begin}{part}{end}{after}"


def write_docs(_: Namespace) -> None:
    """Does it for this checkout. Raises ValueError as `made` does."""
    write_files(HERE.checkout)


def write_files(checkout: Path) -> None:
    """Brings the files of a checkout up to date, and prints the names of those that were not."""
    for name, text in made(checkout).items():
        path = checkout / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{name.as_posix()}: written")
