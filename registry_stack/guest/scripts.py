"""Scripts that put files onto a machine, for its POSIX shell, through sudo."""

from pathlib import Path, PurePosixPath
from shlex import quote


def load_script(file: Path, **variables: object) -> str:
    """A script of a file, without its comments, and with variables set before it."""
    assignments = [f"{name}={quote(str(value))}" for name, value in variables.items()]
    lines = file.read_text("utf-8").splitlines()
    return "\n".join([*assignments, *(line for line in lines if line.strip() and not line.lstrip().startswith("#"))])


def as_root(script: str) -> str:
    """The command that runs a script as root, whatever the login's own user is, and stops at its first failure. Root
    needs no sudo, which not every system has."""
    return f'$(test "$(id -u)" = 0 || echo sudo) sh -ec {quote(script)}'


def self_contained(script: str) -> str:
    """A script for the standard input of a shell: it is read as a whole before a command of it could read on there. It
    may be longer than a command line can be, and finds the tools of the system wherever they are."""
    return f"{{\numask 022\nPATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin\n{script}\n}} </dev/null\n"


def write_file(path: PurePosixPath, *, mode: str) -> str:
    """Writes standard input to a file of root's. Its content is at no moment readable by others than `mode` allows,
    and the path holds the old file or the new one, never a part of it: a connection that is lost first hands over
    nothing, which is refused, for SSH sends up to 32 KB as one."""
    fresh = quote(f"{path}.new")
    return (
        f"umask 077; mkdir -p -m 755 {quote(str(path.parent))}; rm -f {fresh}; cat > {fresh}; test -s {fresh}; "
        f"chmod {mode} {fresh}; mv {fresh} {quote(str(path))}"
    )
