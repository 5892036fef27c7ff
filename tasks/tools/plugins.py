"""Pulumi's plugins tls, command and docker: the official ones, or the project's stand-ins in offline/."""

import asyncio
from pathlib import Path

from registry_stack.common.errors import CommandError
from tasks.files import remove_folder
from tasks.tools.pins import pinned_plugins
from tasks.tools.programs import last_line, need_posix, tool_environment
from tasks.tools.records import fingerprint
from tasks.tools.workshop import Made, Workshop

DOWNLOAD_DEADLINE = 600.0
# What the stand-ins' installer writes beside the command line, if that is without its own.
LANGUAGE_HOST = ("pulumi-language-python", "pulumi-resource-pulumi-python")


class Plugins:
    """The step that installs them. It comes after Pulumi's command line, which downloads the official ones.

    If the command line had to be built because its download failed, their download from the same place is not tried.
    The choice stays until an input changes, or until the task `tools-refresh`.
    """

    name = "plugins"

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.layout = workshop.layout

    def inputs(self) -> str:
        installer = self.workshop.read("offline/install.py")
        return fingerprint(str(self._versions()), str(self._cli_was_built()), installer, str(self.layout.checkout))

    async def make(self) -> Made:
        self._remove()
        why = "Pulumi's own download failed" if self._cli_was_built() else await self._download()
        if why:
            need_posix(self.layout, why)
            self._remove()
            await self._stand_in()
        files = [each for folder in self._folders() for each in sorted(folder.iterdir())]
        named = ", ".join(f"{name} {version}" for name, version in self._versions().items())
        if self._cli_was_built():
            files.extend(self.layout.bin / name for name in LANGUAGE_HOST)
        source = f"stand-ins from offline/ ({why})" if why else "the official downloads"
        return Made(f"plugins {named}: {source}", files)

    async def _download(self) -> str:
        """Downloads all of them; returns why one failed, or nothing."""
        failures = await asyncio.gather(*(self._install(name, version) for name, version in self._versions().items()))
        return next((failure for failure in failures if failure), "")

    async def _install(self, name: str, version: str) -> str:
        command = (self.workshop.chosen("pulumi"), "plugin", "install", "resource", name, version)
        try:
            await self.workshop.run(*command, environment=tool_environment(self.workshop), deadline=DOWNLOAD_DEADLINE)
        except CommandError as error:
            return f"the download failed: {last_line(error)}"
        return ""

    async def _stand_in(self) -> None:
        # A language host that came with the command line is the one to use.
        host = () if self._cli_was_built() else ("--plugins",)
        command = (self.layout.python, "-m", "offline.install", self.layout.checkout, self.layout.tools, *host)
        await self.workshop.run(*command, environment=tool_environment(self.workshop), deadline=60)

    def _remove(self) -> None:
        for folder in self._folders():
            remove_folder(folder)

    def _versions(self) -> dict[str, str]:
        return pinned_plugins(self.workshop.read("requirements.txt"))

    def _cli_was_built(self) -> bool:
        return (self.layout.bin / self.layout.executable("pulumi")).exists()

    def _folders(self) -> list[Path]:
        plugins = self.layout.pulumi_home / "plugins"
        return [plugins / f"resource-{name}-v{version}" for name, version in self._versions().items()]
