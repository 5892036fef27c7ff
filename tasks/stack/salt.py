"""Keeps the encryption salt of the demo's stack out of git.

`pulumi stack init` writes the salt of a stack's secrets into its stack file, and needs it there later. Every user has a
demo stack with another salt, so it must not be committed: a clean filter (.gitattributes names its files) removes the
line from what git sees, and the file stays as Pulumi wrote it.
"""

import shutil
from pathlib import Path

from registry_stack.common.errors import CommandError
from registry_stack.common.runner import run

KEY = "filter.pulumi-salt.clean"
CLEAN = "sed '/^encryptionsalt:/d'"
SECONDS = 30.0


def keep_from_git(checkout: Path) -> None:
    """Defines the filter in the checkout's git configuration, if the checkout is a git clone."""
    if is_clone(checkout):
        run(["git", "-C", str(checkout), "config", "--local", KEY, CLEAN], environment={}, deadline=SECONDS)


def hide_salt(checkout: Path, file: Path) -> None:
    """Lets git see that only the salt has changed in `file`. Any other change stays a change.

    Without this, git takes a file of another size for changed and does not ask the filter.
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
    """Whether the checkout is a git clone, and git is there."""
    return (checkout / ".git").exists() and shutil.which("git") is not None
