"""Keeps the encryption salt of the demo's stack from git.

`pulumi stack init` writes the salt of a stack's secrets into its stack file, and goes on to need it there. The demo's
stack is everybody's own, so its salt is nothing to commit: a clean filter (.gitattributes says for which files) takes
the line out of what git sees, and the file stays as Pulumi left it.
"""

import shutil
from pathlib import Path

from providers.runner import Runner, run

KEY = "filter.pulumi-salt.clean"
CLEAN = "sed '/^encryptionsalt:/d'"


def keep_from_git(checkout: Path, runner: Runner = run) -> None:
    """Defines the filter in the checkout's own configuration; there is nothing to do where that is no git clone."""
    if (checkout / ".git").exists() and shutil.which("git"):
        runner(["git", "-C", str(checkout), "config", "--local", KEY, CLEAN], environment={}, deadline=30)
