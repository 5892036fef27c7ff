"""Making stacks, and telling which have resources. With a real Pulumi: tests/e2e/test_1_stack_files.py."""

import json
from pathlib import Path

import pytest

from registry_stack.common.errors import StackError
from tasks.layout import Layout
from tasks.stack import salt
from tasks.stack.stacks import ensure_stack, stacks_with_resources


def test_a_checkout_without_git_needs_no_filter(tmp_path: Path) -> None:
    salt.keep_from_git(tmp_path)
    salt.hide_salt(tmp_path, tmp_path / "Pulumi.demo.yaml")
    assert list(tmp_path.iterdir()) == []


def test_pulumi_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"run `.* tools` first"):
        ensure_stack("demo", {"PATH": str(tmp_path)}, tmp_path, checkout=tmp_path)


def test_stacks_that_have_resources(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert stacks_with_resources(layout) == {}
    stack = {"type": "pulumi:pulumi:Stack"}
    resource = {"type": "docker:index/container:Container"}
    for name, latest in {
        "demo": {"resources": [stack, resource, resource]},
        "down": {"resources": [stack]},
        "emptied": {"resources": None},
        "new": None,
    }.items():
        file = layout.state / ".pulumi" / "stacks" / "registry-stack" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
    assert stacks_with_resources(layout) == {"registry-stack/demo": 2}
