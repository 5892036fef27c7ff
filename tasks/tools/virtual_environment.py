"""The virtual environment in .tools/venv: what the program needs (requirements.txt), and its checks."""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from registry_stack.common.errors import StackError
from tasks.files import remove_folder
from tasks.layout import Layout
from tasks.tools.records import fingerprint
from tasks.tools.workshop import Made, Workshop

# Some 150 MB are downloaded, over a slow line too.
DEADLINE = 1200.0
# The second names the first.
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
PATH_FILE = "registry-stack.pth"


class VirtualEnvironment:
    """The step that makes it. It cannot be moved, so it is made in its place, and is there once it is recorded."""

    name = "venv"

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop

    def inputs(self) -> str:
        requirements = [self.workshop.read(name) for name in REQUIREMENTS]
        return fingerprint(*requirements, PATH_FILE, str(self.workshop.layout.venv), sys.base_prefix, sys.version)

    async def make(self) -> Made:
        layout, run = self.workshop.layout, self.workshop.run
        environment = pip_environment(layout, self.workshop.environment)
        await self._need_ensurepip()
        remove_folder(layout.venv)
        # The interpreter of an activated environment may be the very one that was just removed.
        python = getattr(sys, "_base_executable", sys.executable)
        await run(python, "-m", "venv", layout.venv, environment=environment, deadline=120)
        requirements = layout.checkout / REQUIREMENTS[-1]
        await run(*pip_install(layout, "-r", requirements), environment=environment, deadline=DEADLINE)
        lead_to_checkout(layout)
        # Compiled here, by as many processes as there are processors, not at the first start of each program.
        compile_all = (layout.python, "-m", "compileall", "-q", "-j", "0", layout.venv)
        await run(*compile_all, environment=environment, deadline=DEADLINE)
        version = sys.version.split()[0]
        return Made(f"Python packages: .tools/venv, made with Python {version}", [layout.python])

    async def _need_ensurepip(self) -> None:
        """Debian has venv's other half in a package of its own."""
        if importlib.util.find_spec("ensurepip"):
            return
        apt = shutil.which("apt-get")
        if apt is None or os.name == "nt" or os.geteuid() != 0:
            raise StackError("this Python makes no virtual environments: install python3-venv, as Debian calls it")
        self.workshop.say("python3-venv: installing Debian's package, for this Python makes no virtual environments")
        environment = {**self.workshop.environment, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "python3-venv"]):
            await self.workshop.run(apt, *arguments, environment=environment, deadline=DEADLINE)


def lead_to_checkout(layout: Layout) -> None:
    """Lets programs in other folders import the checkout, whose modules come after all others.

    A path that a program adds by itself would not do: Pulumi starts a process of its own for dynamic providers.
    """
    base = str(layout.venv)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": base, "platbase": base}))
    packages.mkdir(parents=True, exist_ok=True)
    # A relative path is plain ASCII, whose encoding all versions of Python agree on.
    (packages / PATH_FILE).write_text(f"{os.path.relpath(layout.checkout, packages)}\n", "ascii")


def pip_environment(layout: Layout, environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment, with pip's downloads kept in the checkout unless the user has a place for them."""
    return {"PIP_CACHE_DIR": str(layout.tools / "pip-cache"), **environment}


def pip_install(layout: Layout, *arguments: str | Path) -> list[str | Path]:
    """The command that installs with the virtual environment's pip, which does not compile."""
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"]
    return [layout.python, "-m", "pip", "install", *quiet, *arguments]
