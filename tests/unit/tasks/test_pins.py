from pathlib import Path

import pytest

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


def test_everything_in_requirements_is_pinned() -> None:
    lines = (CHECKOUT / "requirements.txt").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert len(pinned_packages("\n".join(lines))) == len(packages)
