"""What registry_stack/remote/ssh.py asks a login shell, read as a shell would read it."""

import re
from dataclasses import dataclass

_COUNT = re.compile(r"count=(\d+)")
_MARKED = re.compile(r"echo (\S+); echo .*?\(set -e\n(.*)\n\)\ncode=", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """The script, whether root is to run it, what follows on standard input, and the mark around its output."""

    script: str
    as_root: bool
    data: str
    mark: str

    def marked(self, output: str) -> str:
        """The output as the host would send it."""
        return f"{self.mark}\n{output}{self.mark}"


def read_session(command: str, stdin: str) -> Asked:
    """Takes a command line and its standard input apart."""
    run, data = take_apart(command, stdin)
    found = _MARKED.search(run)
    assert found, run
    return Asked(found[2], "sudo" in command, data, found[1])


def take_apart(command: str, stdin: str) -> tuple[str, str]:
    """What the shell runs, and what is left of the standard input for it."""
    run, rest = "", stdin.encode()
    for _ in range(2 if "sudo" in command else 1):
        count = _COUNT.search(run or command)
        assert count, run or command
        run, rest = rest[: int(count[1])].decode(), rest[int(count[1]) :]
    return run, rest.decode()
