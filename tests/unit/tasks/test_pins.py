import re
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tasks.tools.pins import Version, oldest_go, pinned_modules, pinned_packages, pinned_plugins, required, version_in
from tests.unit.tasks.fake_workshop import GO_MOD, REQUIREMENTS

CHECKOUT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v3.259.0", Version(3, 259, 0)),
        ("3.300.1-alpha.1+dirty", Version(3, 300, 1)),
        ("docker-machine version 0.16.2, build bd45ab13", Version(0, 16, 2)),
        ("rancher-machine version v0.15.0-rancher140, build HEAD", Version(0, 15, 0)),
        ("go1.26", Version(1, 26, 0)),
        ("go1.26.8 X:nodwarf5", Version(1, 26, 8)),
        ("docker-machine version dev, build HEAD", None),
        ("", None),
    ],
)
def test_version_in_what_programs_print(text: str, version: Version | None) -> None:
    assert version_in(text) == version


def test_versions_are_ordered_by_number() -> None:
    assert Version(3, 259, 0) < Version(3, 1000, 0) < Version(4, 0, 0)
    assert str(Version(3, 259, 0)) == "3.259.0"


def test_a_text_without_a_version_is_named() -> None:
    with pytest.raises(ValueError, match="no version of Pulumi in 'none'"):
        required("none", "Pulumi")


def test_pinned_packages() -> None:
    assert pinned_packages("# a==1\n\nPyYAML==6.0.3\nparver==1.0.1.post0\n") == {
        "PyYAML": "6.0.3",
        "parver": "1.0.1.post0",
    }


def test_pinned_plugins_are_of_their_sdks_versions() -> None:
    assert pinned_plugins(REQUIREMENTS) == {"tls": "5.6.2", "command": "1.2.1", "docker": "5.2.0"}


def test_pinned_modules() -> None:
    assert pinned_modules(GO_MOD) == {
        "github.com/pulumi/pulumi/pkg/v3": "v3.259.0",
        "github.com/rancher/machine": "v0.15.0-rancher140",
        "cel.dev/expr": "v0.25.2",
    }


def test_oldest_go() -> None:
    assert oldest_go(GO_MOD) == Version(1, 26, 0)
    with pytest.raises(ValueError, match="no version of Go"):
        oldest_go("module tools\n")


PROGRAM, CHECKS = ((CHECKOUT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt"))


def normalized(requirements: str) -> set[str]:
    return {canonicalize_name(name) for name in pinned_packages(requirements)}


def needed_by(packages: set[str], *, here: bool = True) -> set[str]:
    """What the installed packages need, as they say themselves; with `here` on this platform alone."""
    found = [Requirement(text) for package in packages for text in requires(package) or []]
    return {
        canonicalize_name(each.name)
        for each in found
        if each.marker is None or not here or each.marker.evaluate({"extra": ""})
    }


@pytest.mark.parametrize("requirements", [PROGRAM, CHECKS])
def test_everything_in_requirements_is_pinned(requirements: str) -> None:
    lines = [line for line in requirements.splitlines() if line and not line.startswith("#")]
    assert len(pinned_packages(requirements)) == len([line for line in lines if line != "-r requirements.txt"])


def test_the_checks_need_the_program() -> None:
    assert "-r requirements.txt" in CHECKS.splitlines()
    assert not normalized(PROGRAM) & normalized(CHECKS)


def test_the_program_needs_no_more_than_its_own_requirements() -> None:
    assert needed_by(normalized(PROGRAM)) <= normalized(PROGRAM)
    assert needed_by(normalized(CHECKS)) <= normalized(PROGRAM) | normalized(CHECKS)


@pytest.mark.parametrize("requirements", [PROGRAM, CHECKS])
def test_whatever_is_there_for_others_is_needed_by_one(requirements: str) -> None:
    chosen, _, for_others = requirements.partition("# What those need")
    assert normalized(for_others)
    assert normalized(for_others) <= needed_by(normalized(chosen + for_others), here=False)


def test_the_program_imports_no_package_of_its_checks() -> None:
    imported = {
        name.partition(".")[0]
        for folder in ("components", "providers", "registry_stack")
        for path in (CHECKOUT / folder).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    providers = packages_distributions()
    packages = {canonicalize_name(package) for name in imported for package in providers.get(name, ())}
    assert {"pulumi", "pydantic", "paramiko"} <= packages <= normalized(PROGRAM)
