"""How scripts get to a machine's POSIX shell, as root."""

from pathlib import Path, PurePosixPath
from shlex import quote


def load_script(file: Path, **variables: object) -> str:
    """A script of a file, without its comments, and with variables set before it."""
    assignments = [f"{name}={quote(str(value))}" for name, value in variables.items()]
    lines = file.read_text("utf-8").splitlines()
    return "\n".join([*assignments, *(line for line in lines if line.strip() and not line.lstrip().startswith("#"))])


def as_root(script: str) -> str:
    """The command that runs a script as root, whoever is logged in, and stops at its first failure.

    Root does not use sudo, because not every system has it.
    """
    return f'$(test "$(id -u)" = 0 || echo sudo) sh -ec {quote(script)}'


def self_contained(script: str) -> str:
    """A script for the standard input of a shell, where it may be longer than a command line.

    The shell reads all of it before it runs a command, so no command can read the rest of the script as its input. The
    folders of the system's tools are on its PATH.
    """
    return f"{{\numask 022\nPATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin\n{script}\n}} </dev/null\n"


def write_file(path: PurePosixPath, *, mode: str) -> str:
    """The script that writes standard input to a file of root's.

    The content is never readable beyond `mode`. The path holds the old or the new file, never a part of one: SSH sends
    up to 32 KB as one packet, so a connection that is lost before leaves an empty input, which is rejected.
    """
    fresh = quote(f"{path}.new")
    return (
        f"umask 077; mkdir -p -m 755 {quote(str(path.parent))}; rm -f {fresh}; cat > {fresh}; test -s {fresh}; "
        f"chmod {mode} {fresh}; mv {fresh} {quote(str(path))}"
    )
