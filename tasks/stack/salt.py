"""Keeps the encryption salt of the demo's stack from git.

`pulumi stack init` writes the salt of a stack's secrets into its stack file, and goes on to need it there. The demo's
stack is everybody's own, so its salt is nothing to commit: a clean filter (.gitattributes says for which files) takes
the line out of what git sees, and the file stays as Pulumi left it.
"""

import shutil
from pathlib import Path

from registry_stack.common.errors import CommandError
from registry_stack.common.runner import run

KEY = "filter.pulumi-salt.clean"
CLEAN = "sed '/^encryptionsalt:/d'"
SECONDS = 30.0


def keep_from_git(checkout: Path) -> None:
    """Defines the filter in the checkout's own configuration; there is nothing to do where that is no git clone."""
    if is_clone(checkout):
        run(["git", "-C", str(checkout), "config", "--local", KEY, CLEAN], environment={}, deadline=SECONDS)


def hide_salt(checkout: Path, file: Path) -> None:
    """Lets git see that nothing but the salt has changed in `file`; any other change stays what it is.

    Git takes a file of another size for changed without asking the filter, until it is told to look again.
    """
    if not is_clone(checkout):
        return
    git = ["git", "-C", str(checkout)]
    try:
        run([*git, "diff", "--quiet", "--", str(file)], environment={}, deadline=SECONDS)
    except CommandError:
        return
    run([*git, "add", "--", str(file)], environment={}, deadline=SECONDS)


def is_clone(checkout: Path) -> bool:
    """Whether git is to be spoken to at all."""
    return (checkout / ".git").exists() and shutil.which("git") is not None
