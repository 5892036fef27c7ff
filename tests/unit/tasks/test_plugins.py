import asyncio
from pathlib import Path

import pytest

from registry_stack.common.errors import StackError
from tasks.tools.plugins import Plugins
from tasks.tools.workshop import Made, Workshop, ensure, is_done
from tests.unit.tasks.fake_workshop import Answer, executable, make_workshop

NAMED = "plugins tls 5.6.2, command 1.2.1, docker 5.2.0"


def plugin(home: Path, name: str, version: str) -> Path:
    return home / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}"


def installing(tmp_path: Path, offered: set[str]) -> Answer:
    """A pulumi that downloads the plugins `offered`, and the installer of the stand-ins."""
    tools = tmp_path / "checkout" / ".tools"

    def answer(command: tuple[str, ...]) -> str | None:
        if command[1:3] == ("plugin", "install"):
            name, version = command[4:]
            if name not in offered:
                return None
            executable(plugin(tools / "pulumi-home", name, version), "official")
            return ""
        assert command[1:3] == ("-m", "offline.install")
        built = (tools / "bin" / "pulumi").exists()
        assert command[3:] == (str(tmp_path / "checkout"), str(tools), *(() if built else ("--plugins",)))
        for name, version in (("tls", "5.6.2"), ("command", "1.2.1"), ("docker", "5.2.0")):
            assert not plugin(tools / "pulumi-home", name, version).exists()
            executable(plugin(tools / "pulumi-home", name, version), "stand-in")
        for name in ("pulumi-language-python", "pulumi-resource-pulumi-python") if built else ():
            executable(tools / "bin" / name, "stand-in")
        return ""

    return answer


def contents(workshop: Workshop) -> set[str]:
    return {path.read_text() for path in workshop.layout.pulumi_home.glob("plugins/*/*")}


def test_official_plugins_are_downloaded(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, installing(tmp_path, {"tls", "command", "docker"}), "pulumi")
    made = asyncio.run(Plugins(workshop).make())
    assert made.choice == f"{NAMED}: the official downloads"
    assert [command[4:] for command in fake.commands] == [("tls", "5.6.2"), ("command", "1.2.1"), ("docker", "5.2.0")]
    assert contents(workshop) == {"official"}


def test_all_are_stand_ins_if_one_cannot_be_downloaded(tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path, installing(tmp_path, {"tls", "command"}), "pulumi")
    made = asyncio.run(Plugins(workshop).make())
    assert made.choice == f"{NAMED}: stand-ins from offline/ (the download failed: no such host)"


def test_the_language_host_of_a_real_pulumi_stays_in_use(tmp_path: Path) -> None:
    workshop, _ = make_workshop(tmp_path, installing(tmp_path, set()), "pulumi")
    asyncio.run(Plugins(workshop).make())
    assert contents(workshop) == {"stand-in"}
    assert not workshop.layout.bin.exists()


def test_a_built_pulumi_gets_stand_ins_and_a_language_host(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, installing(tmp_path, {"tls", "command", "docker"}))
    executable(workshop.layout.bin / "pulumi")
    made = asyncio.run(Plugins(workshop).make())
    assert made.choice == f"{NAMED}: stand-ins from offline/ (Pulumi's own download failed)"
    assert len(fake.commands) == 1
    assert contents(workshop) == {"stand-in"}
    assert workshop.layout.bin / "pulumi-language-python" in made.files
    assert all(path.exists() for path in made.files)


def test_a_choice_is_made_again_only_when_something_has_changed(tmp_path: Path) -> None:
    workshop, fake = make_workshop(tmp_path, installing(tmp_path, set()), "pulumi")

    def commands_of_another_run() -> int:
        before = len(fake.commands)
        asyncio.run(ensure(workshop, Plugins(workshop)))
        return len(fake.commands) - before

    assert commands_of_another_run() == 4
    assert commands_of_another_run() == 0
    (workshop.layout.checkout / "offline" / "install.py").write_text("another install\n")
    assert commands_of_another_run() == 4
    plugin(workshop.layout.pulumi_home, "tls", "5.6.2").unlink()
    assert commands_of_another_run() == 4
    workshop.records.forget("plugins")
    assert commands_of_another_run() == 4


def test_an_interrupted_step_is_not_done(tmp_path: Path) -> None:
    class Interrupted:
        name = "step"

        def inputs(self) -> str:
            return "inputs"

        async def make(self) -> Made:
            raise StackError("killed")

    workshop, _ = make_workshop(tmp_path, installing(tmp_path, set()))
    workshop.records.write("step", "older inputs", "made", [])
    with pytest.raises(StackError, match="killed"):
        asyncio.run(ensure(workshop, Interrupted()))
    assert not is_done(workshop, [Interrupted()])
