import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry_stack.common.errors import StackError
from tasks.layout import HERE, Layout
from tasks.tools.go_builds import PULUMI, GoBuilder
from tasks.tools.pins import pinned_modules, pinned_packages, version_in
from tasks.tools.programs import INSTALLER, DockerMachine, PulumiCli
from tasks.tools.workshop import Made, Workshop
from tests.unit.tasks.fake_workshop import Answer, FakeRun, executable, make_workshop


def answers(**versions: str) -> Answer:
    """Programs that print these when asked for their version; a download that fails; a Go build that works."""

    def answer(command: tuple[str, ...]) -> str | None:
        program = Path(command[0]).name
        if program == "python":
            return None
        if program == "go" and command[1] == "build":
            executable(Path(command[command.index("-o") + 1]))
            return ""
        return versions.get(program.replace("-", "_"))

    return answer


def chosen(workshop: Workshop, step: type[PulumiCli] | type[DockerMachine]) -> Made:
    return asyncio.run(step(workshop, GoBuilder(workshop)).make())


def builds(fake: FakeRun) -> list[str]:
    return [command[-1] for command in fake.commands if command[1] == "build"]


GO = "go1.26.8"


@pytest.mark.parametrize("version", ["v3.259.0", "v3.272.0", "v4.0.1"])
def test_the_users_own_pulumi_is_used_if_new_enough(tmp_path: Path, version: str) -> None:
    workshop, fake = make_workshop(tmp_path, answers(pulumi=version), "pulumi", "pulumi-language-python")
    own = tmp_path / "usr-bin" / "pulumi"
    assert chosen(workshop, PulumiCli) == Made(f"pulumi {version[1:]}: yours, {own}", [own])
    assert set(fake.names()) == {"pulumi"}


def test_a_language_host_beside_the_linked_pulumi_serves(tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path, answers(pulumi="v3.272.0"))
    cellar = executable(tmp_path / "cellar" / "pulumi")
    executable(tmp_path / "cellar" / "pulumi-language-python")
    (tmp_path / "usr-bin" / "pulumi").symlink_to(cellar)
    assert chosen(workshop, PulumiCli).choice == f"pulumi 3.272.0: yours, {tmp_path / 'usr-bin' / 'pulumi'}"


@pytest.mark.parametrize(
    ("own", "version", "why"),
    [
        ([], "", "there is none on PATH"),
        (["pulumi", "pulumi-language-python"], "v3.258.9", "{pulumi} is 3.258.9, and 3.259.0 is needed"),
        (["pulumi", "pulumi-language-python"], "dev", "{pulumi} is of no known version, and 3.259.0 is needed"),
        (["pulumi"], "v3.272.0", "{pulumi} came without its Python language host"),
    ],
)
def test_pulumi_is_built_where_the_users_own_does_not_serve(
    tmp_path: Path, own: list[str], version: str, why: str
) -> None:
    workshop, fake = make_workshop(tmp_path, answers(pulumi=version, go=GO), "go", *own)
    why = why.format(pulumi=tmp_path / "usr-bin" / "pulumi")
    built = workshop.layout.bin / "pulumi"
    line = f"pulumi v3.259.0: built from its Go module ({why}; the download failed: no such host)"
    assert chosen(workshop, PulumiCli) == Made(line, [built])
    assert built.exists()
    assert builds(fake) == ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"]


def test_a_build_is_not_done_twice(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, answers(go=GO), "go")
    assert chosen(workshop, PulumiCli) == chosen(workshop, PulumiCli)
    assert len(builds(fake)) == 1
    (workshop.layout.checkout / "offline" / "go" / "go.sum").write_text("other sums\n")
    chosen(workshop, PulumiCli)
    assert len(builds(fake)) == 2


def test_the_official_download_comes_before_a_build(tmp_path: Path) -> None:
    def answer(command: tuple[str, ...]) -> str | None:
        if command[1] == "-c":
            executable(Path(command[-1]) / "bin" / "pulumi")
            return ""
        return "v3.272.0" if Path(command[0]).name == "pulumi" else None

    workshop, fake = make_workshop(tmp_path, answer, "go")
    executable(workshop.layout.bin / "pulumi")
    executable(workshop.layout.bin / "pulumi-language-python")
    executable(workshop.layout.bin / "pulumi-resource-pulumi-python" / "PulumiPlugin.yaml")
    cli = workshop.layout.tools / "pulumi" / "bin" / "pulumi"
    assert chosen(workshop, PulumiCli) == Made("pulumi 3.272.0: the official download", [cli])
    assert cli.exists()
    assert list(workshop.layout.bin.iterdir()) == [], "an earlier build would be found first"
    assert builds(fake) == []


def test_windows_has_no_stand_ins(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, answers(go=GO), "go")
    there = Workshop(
        Layout(workshop.layout.checkout, windows=True),
        workshop.environment,
        fake,
        workshop.records,
        workshop.python_ready,
    )
    with pytest.raises(StackError, match="Pulumi has to be downloaded on Windows"):
        asyncio.run(PulumiCli(there, GoBuilder(there)).make())
    assert builds(fake) == []


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("docker-machine", "docker-machine version 0.16.2, build bd45ab13"),
        ("rancher-machine", "rancher-machine version v0.15.0-rancher140, build HEAD"),
    ],
)
def test_the_users_own_docker_machine_is_found_by_one_name(tmp_path: Path, name: str, printed: str) -> None:
    workshop, _ = make_workshop(tmp_path, answers(**{name.replace("-", "_"): printed}), name)
    own = tmp_path / "usr-bin" / name
    assert chosen(workshop, DockerMachine).choice == f"docker-machine: yours, {own} ({printed})"
    assert workshop.chosen("docker-machine").resolve() == own


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("docker-machine version 0.14.0, build 9ba6da9", "is docker-machine version 0.14.0, build 9ba6da9, and"),
        ("docker-machine version dev, build HEAD", "is docker-machine version dev, build HEAD, and"),
        ("", "is one that does not start, and"),
    ],
)
def test_an_old_docker_machine_does_not_serve(tmp_path: Path, printed: str, why: str) -> None:
    answer = answers(docker_machine=printed, go=GO) if printed else answers(go=GO)
    workshop, fake = make_workshop(tmp_path, answer, "docker-machine", "go")
    made = chosen(workshop, DockerMachine)
    assert made.choice.startswith("docker-machine v0.15.0-rancher140: built from its Go module (")
    assert f"{why} 0.15.0 is needed" in made.choice
    assert builds(fake) == ["github.com/rancher/machine/cmd/rancher-machine"]
    assert workshop.chosen("docker-machine") == workshop.layout.bin / "docker-machine"


def test_a_docker_machine_that_appears_later_is_seen(tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path, answers(docker_machine="docker-machine version 0.16.2", go=GO), "go")
    chosen(workshop, DockerMachine)
    own = executable(tmp_path / "usr-bin" / "docker-machine")
    chosen(workshop, DockerMachine)
    assert workshop.chosen("docker-machine") == own


def test_the_sdks_own_installer_is_called_as_it_wants(tmp_path: Path) -> None:
    """Only the download is replaced: by an installation script that takes what the official one takes."""
    script = """#!/bin/sh
while [ "$1" ]; do case "$1" in --install-root) root=$2; shift;; --version) version=$2; shift;; esac; shift; done
mkdir -p "$root/bin"
printf '#!/bin/sh\\necho v%s\\n' "$version" > "$root/bin/pulumi"
chmod +x "$root/bin/pulumi"
"""
    replaced = f"""
import pathlib
from pulumi.automation import _cmd
_cmd._download_to_file = lambda url, path: pathlib.Path(path).write_text({script!r})
"""
    command = [sys.executable, "-c", replaced + INSTALLER, "3.274.1", str(tmp_path / "cli")]
    subprocess.run(command, env={"PATH": os.environ["PATH"]}, check=True)
    printed = subprocess.check_output([tmp_path / "cli" / "bin" / "pulumi", "version"], text=True)
    assert printed == "v3.274.1\n"


def test_what_is_downloaded_is_what_would_be_built(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, answers(go=GO), "go")
    chosen(workshop, PulumiCli)
    [download] = [command for command in fake.commands if INSTALLER in command]
    assert download[-2] == "3.259.0"


def test_the_sdk_is_not_newer_than_the_command_line() -> None:
    sdk = version_in(pinned_packages((HERE.checkout / "requirements.txt").read_text("utf-8"))["pulumi"])
    cli = version_in(pinned_modules((HERE.checkout / "offline/go/go.mod").read_text("utf-8"))[PULUMI.module])
    assert sdk
    assert cli
    assert sdk <= cli


def test_a_download_that_fails_says_why_in_one_line(tmp_path: Path) -> None:
    replaced = """
import urllib.error
from pulumi.automation import _cmd
def fails(url, path):
    raise urllib.error.URLError(OSError(-2, "Name or service not known"))
_cmd._download_to_file = fails
"""
    command = [sys.executable, "-c", replaced + INSTALLER, "3.274.1", str(tmp_path / "cli")]
    done = subprocess.run(command, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "[Errno -2] Name or service not known\n")
