"""Where the project's own tools and state live, all of it inside the checkout."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one checkout. `windows` selects the names that differ there."""

    checkout: Path
    windows: bool = os.name == "nt"

    @property
    def tools(self) -> Path:
        """Everything that the task `tools` makes; `clean` removes it."""
        return self.checkout / ".tools"

    @property
    def bin(self) -> Path:
        """The project's own executables."""
        return self.tools / "bin"

    @property
    def official_cli(self) -> Path:
        """The official distribution of Pulumi's CLI, if it was downloaded: its executables are in `bin` there."""
        return self.tools / "pulumi"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME: the plugins, and what the CLI remembers."""
        return self.tools / "pulumi-home"

    @property
    def venv(self) -> Path:
        """The virtual environment that requirements-dev.txt describes."""
        return self.tools / "venv"

    @property
    def scripts(self) -> Path:
        """The virtual environment's executables."""
        return self.venv / ("Scripts" if self.windows else "bin")

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.scripts / self.executable("python")

    @property
    def state(self) -> Path:
        """The local stacks' state and passphrase, and the demo's machines. `clean` leaves it alone."""
        return self.checkout / ".state"

    @property
    def passphrase(self) -> Path:
        """The file that holds the local stacks' passphrase."""
        return self.state / "passphrase"

    @property
    def path(self) -> list[Path]:
        """The first folders on PATH, so that the project's tools are found before others."""
        return [self.scripts, self.bin, self.official_cli / "bin"]

    def executable(self, name: str) -> str:
        """The file name of an executable on this system."""
        return f"{name}.exe" if self.windows else name


HERE = Layout(Path(__file__).resolve().parent.parent)
