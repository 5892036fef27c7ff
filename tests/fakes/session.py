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
    rest, run = stdin.encode(), b""
    as_root = "sudo" in command
    count = int(_COUNT.search(command)[1])  # type: ignore[index]  # it has one
    run, rest = rest[:count], rest[count:]
    if as_root:
        count = int(_COUNT.search(run.decode())[1])  # type: ignore[index]  # so does what it runs
        run, rest = rest[:count], rest[count:]
    found = _MARKED.search(run.decode())
    assert found, run
    return Asked(found[2], as_root, rest.decode(), found[1])
