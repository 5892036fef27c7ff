"""How scripts get to a machine's POSIX shell, whatever shell its users log in to."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shlex import quote

NO_ROOT = "registry-stack: no way to become root"
"""What a command prints if the user can't become root without a password."""

_PATH = "PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin; export PATH"


@dataclass(frozen=True)
class Command:
    """A script as SSH takes it: the command line, and what its standard input begins with, before the script's own.

    The command line is the same for all scripts: one word in single quotes for /bin/sh, of one line, without quotes and
    backslashes in it. So fish, csh and every POSIX shell read it alike. The scripts come on standard input, where no
    list of processes and no log of sudo's shows them, and are read byte by byte: what follows is theirs to read.
    """

    line: str
    head: str


def as_user(script: str) -> Command:
    """A script that whoever is logged in runs; it stops at its first failure."""
    return Command(f"/bin/sh -c '{_take(_run(script))}'", _run(script))


def as_root(script: str) -> Command:
    """A script that root runs; it stops at its first failure.

    Who is not root becomes it by sudo, sudo-rs or doas, without a password. Whoever can't gets the line NO_ROOT and the
    exit code 97.
    """
    run = _run(script)
    inner = _take(run)
    ways = "for by in sudo doas; do if $by -n /bin/sh -c : </dev/null >/dev/null 2>&1; then exec $by -n /bin/sh -c"
    outer = (
        f"{_PATH}; take=$(dd bs=1 count={len(inner.encode())} 2>/dev/null); "
        'if [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$take"; fi; '
        f'{ways} "$take"; fi; done; echo "{NO_ROOT}"; exit 97'
    )
    return Command(f"/bin/sh -c '{outer}'", inner + run)


def load_script(file: Path, **variables: object) -> str:
    """A script of a file, without its comments, and with variables set before it."""
    assignments = [f"{name}={quote(str(value))}" for name, value in variables.items()]
    lines = file.read_text("utf-8").splitlines()
    return "\n".join([*assignments, *(line for line in lines if line.strip() and not line.lstrip().startswith("#"))])


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


def _take(run: str) -> str:
    """Reads so many bytes of standard input, and runs them."""
    return f'take=$(dd bs=1 count={len(run.encode())} 2>/dev/null); eval "$take"'


def _run(script: str) -> str:
    return f"umask 022; {_PATH}; set -e\n{script}\n"
