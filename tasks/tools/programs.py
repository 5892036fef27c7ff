"""The two programs that the project depends on: Pulumi's command line and docker-machine."""

import shutil
from pathlib import Path

from registry_stack.common.errors import CommandError, StackError
from tasks.files import remove, remove_folder, replace_folder
from tasks.layout import Layout
from tasks.tools.go_builds import DOCKER_MACHINE, PULUMI, GoBuilder, GoProgram
from tasks.tools.pins import Version, required, version_in
from tasks.tools.records import fingerprint
from tasks.tools.workshop import Made, Workshop

# docker-machine itself ended with 0.16; the maintained fork still numbers its versions 0.15
OLDEST_DOCKER_MACHINE = Version(0, 15, 0)
DOWNLOAD_DEADLINE = 600.0
# the SDK's own installer; without the timeout it would wait for its first download forever
INSTALLER = """
import socket, sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
socket.setdefaulttimeout(20)
try:
    PulumiCommand.install(root=sys.argv[2], version=VersionInfo.parse(sys.argv[1]))
except OSError as error:
    sys.exit(str(getattr(error, "reason", error)))
"""


class PulumiCli:
    """Pulumi's command line: the user's own if it is new enough, else the official one, else a build of its Go module.

    New enough is what would be built, and just that is downloaded, so that nobody runs an older one than the project is
    tested with.
    """

    name = "pulumi"

    def __init__(self, workshop: Workshop, builder: GoBuilder) -> None:
        self.workshop = workshop
        self.builder = builder

    def inputs(self) -> str:
        return fingerprint(self.builder.inputs(PULUMI), self.workshop.read("requirements.txt"))

    async def make(self) -> Made:
        own = self.workshop.find("pulumi")
        refused = await self._why_refused(own) if own else "there is none on PATH"
        if own and not refused:
            self._remove_others()
            return Made(f"pulumi {await self._version(own)}: yours, {own}", [own])
        await self.workshop.python_ready.wait()
        try:
            return await self._download()
        except CommandError as error:
            reasons = f"{refused}; the download failed: {last_line(error)}"
        need_posix(self.workshop.layout, reasons)
        remove_folder(self.workshop.layout.official_cli)
        return await build(self.builder, PULUMI, reasons)

    async def _why_refused(self, own: Path) -> str:
        """Why the user's own can't be used; nothing if it can."""
        oldest = required(self.builder.version(PULUMI), "Pulumi")
        version = await self._version(own)
        if version is None or version < oldest:
            return f"{own} is {version or 'of no known version'}, and {oldest} is needed"
        host = f"pulumi-language-python{own.suffix}"
        if not (self.workshop.find(host) or own.resolve().with_name(host).exists()):
            return f"{own} came without its Python language host"
        return ""

    async def _download(self) -> Made:
        layout = self.workshop.layout
        folder = self.workshop.partial("pulumi-cli")
        environment = tool_environment(self.workshop)
        wanted = required(self.builder.version(PULUMI), "Pulumi")
        command = (layout.python, "-c", INSTALLER, str(wanted), folder)
        await self.workshop.run(*command, environment=environment, deadline=DOWNLOAD_DEADLINE)
        self._remove_others()
        replace_folder(folder, layout.official_cli)
        cli = layout.official_cli / "bin" / layout.executable("pulumi")
        return Made(f"pulumi {await self._version(cli)}: the official download", [cli])

    async def _version(self, cli: Path) -> Version | None:
        return version_in(await output_of(self.workshop, cli, "version"))

    def _remove_others(self) -> None:
        """Removes what an earlier run chose: it would be found first."""
        remove_folder(self.workshop.layout.official_cli)
        for found in self.workshop.layout.bin.glob("pulumi*"):
            remove(found)


class DockerMachine:
    """docker-machine, or its maintained fork: the user's own, else a build of the fork's Go module.

    Nothing is downloaded: docker-machine has no releases any more, and the fork publishes no checksums to verify.
    """

    name = "docker-machine"

    def __init__(self, workshop: Workshop, builder: GoBuilder) -> None:
        self.workshop = workshop
        self.builder = builder

    def inputs(self) -> str:
        return self.builder.inputs(DOCKER_MACHINE)

    async def make(self) -> Made:
        refused = []
        for name in ("docker-machine", "rancher-machine"):
            own = self.workshop.find(name)
            if own is None:
                continue
            answer = (await output_of(self.workshop, own, "version")).strip()
            version = version_in(answer)
            if version and version >= OLDEST_DOCKER_MACHINE:
                return Made(f"docker-machine: yours, {own} ({answer})", [own, self._alias(own)])
            refused.append(f"{own} is {answer or 'one that does not start'}, and {OLDEST_DOCKER_MACHINE} is needed")
        return await build(self.builder, DOCKER_MACHINE, "; ".join(refused) or "there is none on PATH")

    def _alias(self, own: Path) -> Path:
        """Puts the user's own where it is found under the one name that the program uses."""
        layout = self.workshop.layout
        alias = layout.bin / layout.executable("docker-machine")
        alias.unlink(missing_ok=True)
        if own.stem == "docker-machine":
            return own
        layout.bin.mkdir(parents=True, exist_ok=True)
        if layout.windows:
            shutil.copy2(own, alias)
        else:
            alias.symlink_to(own)
        return alias


def need_posix(layout: Layout, why: str) -> None:
    """Raises StackError on Windows: the stand-ins for Pulumi's downloads only work on Linux and macOS."""
    if layout.windows:
        raise StackError(f"Pulumi has to be downloaded on Windows: the stand-ins in offline/ do not work there ({why})")


async def build(builder: GoBuilder, program: GoProgram, why: str) -> Made:
    """Builds the program from its Go module, unless that is done."""
    executable = await builder.build(program, why)
    return Made(f"{program.name} {builder.version(program)}: built from its Go module ({why})", [executable])


async def output_of(workshop: Workshop, *command: str | Path) -> str:
    """What a command prints; nothing if it fails."""
    try:
        return await workshop.run(*command, environment=tool_environment(workshop), deadline=30)
    except CommandError:
        return ""


def tool_environment(workshop: Workshop) -> dict[str, str]:
    """The user's environment, changed so that the programs write nothing outside the checkout."""
    return {
        **workshop.environment,
        "PULUMI_HOME": str(workshop.layout.pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "MACHINE_STORAGE_PATH": str(workshop.layout.tools / "partial" / "machine"),
    }


def last_line(error: CommandError) -> str:
    """The last line that a failed command printed: tools put the reason there."""
    lines = error.output.strip().splitlines() or ["it timed out"]
    return lines[-1].strip()
