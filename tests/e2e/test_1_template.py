"""A project folder made by `pulumi new` from the template, with the real command line: it works with this checkout."""

import os
import subprocess
from pathlib import Path

import pytest

from tasks.layout import HERE
from tasks.stack.environment import pulumi_environment


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "state").mkdir()
    return {
        **pulumi_environment(HERE, os.environ),
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "only for a test",
    }


@pytest.fixture
def folder(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A folder made from the template beside a link to the checkout, whose name may differ from the usual one."""
    (tmp_path / "registry-stack").symlink_to(HERE.checkout)
    folder = tmp_path / "lab"
    folder.mkdir()
    run(folder, environment, "new", str(HERE.checkout / "template"), "--generate-only", "--yes")
    project = folder / "Pulumi.yaml"
    project.write_text(project.read_text("utf-8").replace("../registry-stack", str(HERE.checkout)), "utf-8")
    settings, key = folder / "Pulumi.dev.yaml", tmp_path / "id_ed25519"
    key.write_text("a key that is not used in a preview", "utf-8")
    settings.write_text(settings.read_text("utf-8").replace("/home/admin/.ssh/id_ed25519", str(key)), "utf-8")
    run(folder, environment, "stack", "init", "dev")
    return folder


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_it_previews_what_its_settings_say(folder: Path, environment: dict[str, str]) -> None:
    said = run(folder, environment, "preview")
    # resources of the program, of the plugins, and of the dynamic providers, which find their modules in the checkout
    for resource in (
        "RegistryStack registry-stack",
        "docker:index:Container",
        "Machine registry-stack-registry0",
        "Trust registry-stack-client1",
    ):
        assert resource in said
    assert (folder / "README.md").is_file()


def test_it_asks_pulumi_to_refuse_a_pulumi_that_is_too_old(folder: Path, environment: dict[str, str]) -> None:
    project = folder / "Pulumi.yaml"
    project.write_text(project.read_text("utf-8").replace(">=3.", ">=99."), "utf-8")
    with pytest.raises(AssertionError, match="does not satisfy the version range"):
        run(folder, environment, "preview")
