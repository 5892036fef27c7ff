"""The stack files and git, with the real Pulumi and the real git: they leave a checkout clean.

Each test runs Pulumi's command line several times. That is too slow for tests/unit, where
tests/unit/tasks/test_stacks.py has what needs none.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.layout import HERE, Layout
from tasks.stack import salt
from tasks.stack.environment import prepare_state, pulumi_environment
from tasks.stack.stacks import ensure_stack

STACK_FILE = re.sub(r"^encryptionsalt:.*\n", "", (HERE.checkout / "Pulumi.demo.yaml").read_text(), flags=re.MULTILINE)
PROJECT = f"name: unit\nruntime:\n  name: python\n  options:\n    virtualenv: {Path(sys.prefix)}\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=unit", "-c", "user.email=unit@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.demo.yaml").write_text(STACK_FILE)
    (tmp_path / ".gitignore").write_text(".tools/\n.state/\n")
    (tmp_path / ".gitattributes").write_text((HERE.checkout / ".gitattributes").read_text())
    salt.keep_from_git(tmp_path)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "start")
    return tmp_path


@pytest.fixture
def environment(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    layout = Layout(checkout)
    prepare_state(layout)
    user = {"PATH": pulumi_environment(HERE, os.environ)["PATH"], "HOME": str(checkout / ".state")}
    environment = pulumi_environment(layout, user)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


def test_a_new_stack_leaves_git_clean_and_its_file_as_it_was(checkout: Path, environment: dict[str, str]) -> None:
    ensure_stack("demo", environment, checkout, checkout=checkout)
    text = (checkout / "Pulumi.demo.yaml").read_text()
    before, salted, after = text.partition("encryptionsalt: ")
    assert (before, salted) == (STACK_FILE, "encryptionsalt: ")
    assert after.count("\n") == 1
    assert git(checkout, "status", "--porcelain") == ""
    assert "encryptionsalt" not in git(checkout, "show", ":Pulumi.demo.yaml")

    ensure_stack("demo", environment, checkout, checkout=checkout)
    assert (checkout / "Pulumi.demo.yaml").read_text() == text

    remove = ["pulumi", "--non-interactive", "stack", "rm", "--yes", "--preserve-config", "demo"]
    subprocess.run(remove, cwd=checkout, env=environment, capture_output=True, check=True)
    assert (checkout / "Pulumi.demo.yaml").read_text() == text
    assert git(checkout, "status", "--porcelain") == ""


def test_other_changes_of_a_stack_file_stay_changes(checkout: Path, environment: dict[str, str]) -> None:
    file = checkout / "Pulumi.demo.yaml"
    file.write_text(STACK_FILE.replace("config:", "config:\n  unit:mine: true"))
    ensure_stack("demo", environment, checkout, checkout=checkout)
    assert git(checkout, "status", "--porcelain") == " M Pulumi.demo.yaml\n"
    assert git(checkout, "diff", "--cached") == ""
