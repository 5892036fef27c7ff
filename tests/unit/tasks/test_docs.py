"""What `make docs` writes: that it is in the checkout as it should be, and says the same as the settings themselves."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from registry_stack.settings import load
from registry_stack.settings.base import models_in
from tasks.docs.make import PAGE, PROJECT_FILE, made, replaced, write_files
from tasks.docs.settings_fields import all_fields
from tasks.docs.settings_table import PAGES, settings_table
from tasks.layout import HERE
from tasks.tools.pins import pinned_modules, required
from tests.unit.settings.test_settings import GOOD, configuration

PROJECT = yaml.safe_load((HERE.checkout / PROJECT_FILE).read_text("utf-8"))
FIELDS = dict(all_fields())


@pytest.mark.parametrize(("name", "text"), made(HERE.checkout).items(), ids=str)
def test_what_is_made_is_current(name: Path, text: str) -> None:
    assert (HERE.checkout / name).read_text("utf-8") == text, "run `make docs`"


def test_what_is_not_current_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    for name, text in made(HERE.checkout).items():
        (tmp_path / name).write_text(text, "utf-8")
    write_files(tmp_path)
    assert capsys.readouterr().out == ""
    page = tmp_path / PAGE
    page.write_text(page.read_text("utf-8").replace("| `registry.port` |", "| `registry.ports` |"), "utf-8")
    write_files(tmp_path)
    assert capsys.readouterr().out == "docs/settings.md: written\n"
    assert made(tmp_path) == made(HERE.checkout)


def test_only_what_is_between_the_marks_is_replaced() -> None:
    assert replaced("a\nBEGIN\nold\nEND\nz\n", "BEGIN\n", "new\n", "END\n") == "a\nBEGIN\nnew\nEND\nz\n"


@pytest.mark.parametrize(("text", "missing"), [("a\nEND\n", "BEGIN"), ("BEGIN\na\n", "END"), ("END\nBEGIN\n", "END")])
def test_marks_that_are_gone(text: str, missing: str) -> None:
    with pytest.raises(ValueError, match=f"should have a line '{missing}'"):
        replaced(text, "BEGIN\n", "new\n", "END\n")


def test_every_setting_says_what_it_is() -> None:
    assert {key for key, field in FIELDS.items() if not re.fullmatch(r"\S.*\.", field.description or "")} == set()


@pytest.mark.parametrize("key", [key for key in FIELDS if key != "machine.driver"])
def test_every_value_that_can_be_chosen_is_explained(key: str) -> None:
    choices = {
        choice for part in (FIELDS[key].annotation, *get_args(FIELDS[key].annotation)) for choice in get_args(part)
    }
    said = f"{FIELDS[key].description} `{FIELDS[key].default}`"
    assert [choice for choice in choices if isinstance(choice, str) and f"`{choice}`" not in said] == []


def test_the_table_has_a_row_for_each_setting() -> None:
    rows = settings_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(FIELDS)
    assert all(row.count(" | ") == 2 for row in rows)
    assert "| `certificates.validFor` |" in settings_table()
    assert next(row for row in rows if "validFor" in row).endswith("| `365d` |")
    assert next(row for row in rows if "`machine.adopt`" in row).endswith("| `false` |")


def test_the_pages_that_say_more_are_there() -> None:
    assert FIELDS.keys() >= PAGES.keys()
    assert [page for page in PAGES.values() if not (HERE.checkout / "docs" / page).is_file()] == []


def test_what_pulumi_puts_in_for_a_setting_means_the_same_as_none() -> None:
    defaults = {key: json.dumps(each["default"]) for key, each in PROJECT["config"].items() if "default" in each}
    plain = {f"registry-stack:{key}": json.dumps(value) for key, value in GOOD.items()}
    with_defaults = {**{f"registry-stack:{key}": value for key, value in defaults.items()}, **plain}
    assert len(with_defaults) > len(plain)
    assert load(with_defaults, "registry-stack") == load(configuration(), "registry-stack")


def test_what_pulumi_requires_is_what_the_settings_require() -> None:
    top = {key: field for key, field in FIELDS.items() if "." not in key}
    assert PROJECT["config"].keys() == top.keys()
    without_default = {key for key, each in PROJECT["config"].items() if "default" not in each}
    assert without_default == {key for key, field in top.items() if field.is_required()}


@pytest.mark.parametrize("key", ["machine", "certificates", "notifications"])
def test_a_setting_that_may_be_one_secret_has_no_type(key: str) -> None:
    """Pulumi takes a secret for a text, and would refuse it as an object or array."""
    assert models_in(FIELDS[key].annotation)
    assert "type" not in PROJECT["config"][key]


def test_the_template_asks_for_the_same_pulumi_and_for_settings_that_exist() -> None:
    template = yaml.safe_load((HERE.checkout / "template" / "Pulumi.yaml").read_text("utf-8"))
    assert template["requiredPulumiVersion"] == PROJECT["requiredPulumiVersion"]
    # `pulumi new` puts no other name into the keys of the stack file
    assert template["name"] == PROJECT["name"]
    asked = template["template"]["config"]
    assert {key: each["default"] for key, each in asked.items()} == {key: FIELDS[key].default for key in asked}


def test_the_pinned_pulumi_satisfies_what_the_project_requires() -> None:
    pinned = pinned_modules((HERE.checkout / "offline" / "go" / "go.mod").read_text("utf-8"))
    oldest = re.fullmatch(r">=(\d+\.\d+\.\d+)", PROJECT["requiredPulumiVersion"])
    assert oldest
    assert required(oldest[1], "Pulumi") <= required(pinned["github.com/pulumi/pulumi/pkg/v3"], "Pulumi")
