"""A bootsync.sh that others wrote: a block in it is reached, and nothing of theirs is lost, whatever fails."""

import random
import subprocess
from pathlib import Path

import pytest

from registry_stack.guest.boot2docker import block, install_block, read_block, remove_block
from tests.shell.guest_shell import SHELLS, Guest, full_disk, make_guest

NAMES = ("static address", "trust in registry0.localdomain", "trust in r1.lan:5000", "trust in registry0xlocaldomain")
OWN = ["mkdir -p /etc/docker/certs.d/r", "cp /var/lib/boot2docker/certs.d/r/* /etc/docker/certs.d/r/"]
BLOCK = block("trust in r", OWN)

every_shell = pytest.mark.parametrize("shell", SHELLS)


def install(guest: Guest, name: str, lines: list[str]) -> None:
    guest.run_as_root(install_block(name), block(name, lines))


def boot(guest: Guest) -> str:
    """What bootsync.sh prints when Boot2Docker runs it."""
    return subprocess.run(["sh", guest.bootsync], check=False, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "theirs",
    [
        "#!/bin/sh\necho mine\nexit 0\n",
        "#!/bin/sh\nset -e\nfalse\necho mine\n",
        "#!/bin/sh -e\nfalse\n",
        "exec true\n",
        "#!/bin/sh\nif true; then exit; fi",
        "#!/bin/sh\n(\n",
        "#!/bin/sh\ncat <<EOF\n",
        "return 0\n",
        "#!/bin/sh\r\nexit 0\r\n",
        "while :; do exit 3; done # for ever",
    ],
)
def test_a_block_is_reached_whatever_ends_the_script(theirs: str, guest: Guest) -> None:
    guest.bootsync.write_bytes(theirs.encode())
    install(guest, "a", ["echo reached"])
    assert boot(guest).startswith("reached\n")
    guest.run_as_root(remove_block("a"))
    assert guest.bootsync.read_bytes() == theirs.encode()


def test_a_block_that_an_earlier_version_put_at_the_end_is_moved_to_where_it_is_reached(guest: Guest) -> None:
    theirs = "#!/bin/sh\necho mine\nexit 0\n"
    guest.bootsync.write_text(theirs + block("a", ["echo ours"]))
    install(guest, "a", ["echo ours"])
    assert guest.bootsync.read_text() == theirs.replace("echo mine", f"{block('a', ['echo ours'])}echo mine")


def test_its_mode_stays(guest: Guest) -> None:
    guest.bootsync.write_text("modprobe zfs\n")
    guest.bootsync.chmod(0o640)
    install(guest, "a", ["echo a"])
    assert guest.bootsync.stat().st_mode & 0o777 == 0o640


@every_shell
@pytest.mark.parametrize("theirs", ["#!/bin/sh\nifconfig eth1 10.0.0.7 up\n", "x" * 3000, None])
def test_a_full_disk_is_an_error_and_the_script_is_as_it_was(theirs: str | None, shell: str, tmp_path: Path) -> None:
    guest = make_guest(tmp_path / "guest", shell)
    if theirs is not None:
        guest.bootsync.write_text(theirs)
    with full_disk(guest.bootsync.parent) as filler:
        with pytest.raises(subprocess.CalledProcessError) as raised:
            install(guest, "a", ["echo a"])
        assert b"can't be written as a whole (is the disk full?)" in raised.value.stderr
        assert [path.name for path in guest.bootsync.parent.iterdir() if path != guest.bootsync] == ["filler"]
        assert (guest.bootsync.read_text() if guest.bootsync.exists() else None) == theirs
        filler.unlink()
        install(guest, "a", ["echo a"])
        before = guest.bootsync.read_text()
        filler.write_bytes(b"0" * (16 * 1024 - 2 * 4096 if len(before) > 3000 else 16 * 1024 - 4096))
        with pytest.raises(subprocess.CalledProcessError):
            guest.run_as_root(remove_block("a"))
        assert guest.bootsync.read_text() == before


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("#!/bin/sh\n# >>> trust in r\n{own}modprobe zfs\n", "#!/bin/sh\nmodprobe zfs\n"),
        ("#!/bin/sh\nmodprobe zfs\n{own}# <<< trust in r\n", "#!/bin/sh\nmodprobe zfs\n"),
        ("# >>> trust in r\n{own}# >>> conda initialize >>>\nconda\n# <<< conda initialize <<<\n", None),
        ("# >>> trust in r\n# <<< trust in other\nmodprobe zfs\n# <<< trust in r\n", None),
        ("mine\n# >>> trust in r \t\n{own}# <<< trust in r\r\n", "mine\n"),
        ("a\n# >>> trust in r\n{own}# <<< trust in r\nb\n# >>> trust in r\n{own}# <<< trust in r\nc\n", "a\nb\nc\n"),
        ("a\n# >>> trust in r\n{own}b\n{own}# <<< trust in r\nc\n", "a\nc\n"),
    ],
)
@every_shell
def test_a_marker_that_is_lost_costs_nobody_a_line(
    damaged: str, mended: str | None, shell: str, tmp_path: Path
) -> None:
    guest = make_guest(tmp_path / "guest", shell)
    own = "".join(f"{line}\n" for line in OWN)
    guest.bootsync.write_text(guest.here(damaged.format(own=own)))
    guest.run_as_root(install_block("trust in r"), BLOCK)
    assert guest.run(read_block("trust in r")) == guest.here(BLOCK)
    left = guest.bootsync.read_text().replace(guest.here(BLOCK), "")
    theirs = [line for line in damaged.format(own="").splitlines() if not line.endswith("trust in r")]
    assert left == (mended if mended is not None else "".join(f"{line}\n" for line in theirs))


def foreign_script(rng: random.Random) -> bytes:
    """Lines of all kinds, with and without a shebang and an end."""
    kinds = [
        b"modprobe zfs",
        b"",
        b"exit 0",
        b"set -e",
        b"# >>> conda initialize >>>",
        b"# >>> static addresses",
        b"\t",
    ]
    kinds += [
        b"# <<< trust in registry0",
        b"echo \xff\xfe",
        "echo \u2028 \x0b \x0c".encode(),
        b"x\r",
        b"\\",
        b"#!/bin/sh",
    ]
    lines = [rng.choice(kinds) for _ in range(rng.randrange(8))]
    content = b"".join(line + b"\n" for line in lines)
    shebang = rng.choice([b"", b"#!/bin/sh\n", b"#!/bin/sh -e\n", b"#!/bin/sh\r\n"])
    return shebang + content + rng.choice([b"", b"no end"])


@pytest.mark.parametrize("seed", range(8))
@every_shell
def test_whatever_is_installed_and_removed_leaves_what_was_there(shell: str, seed: int, tmp_path: Path) -> None:
    guest = make_guest(tmp_path / "guest", shell)
    rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be unpredictable
    theirs = foreign_script(rng) or None
    if theirs:
        guest.bootsync.write_bytes(theirs)
    there: dict[str, str] = {}
    for _ in range(6):
        name = rng.choice(NAMES)
        if rng.random() < 0.6:
            there[name] = f"echo {rng.randrange(3)}"
            install(guest, name, [there[name]])
        else:
            guest.run_as_root(remove_block(name))
            there.pop(name, None)
        for installed, line in there.items():
            assert guest.run(read_block(installed)) == block(installed, [line])
    for name in there:
        guest.run_as_root(remove_block(name))
    # a script of nothing but a shebang does nothing, and goes
    assert (guest.bootsync.read_bytes() if guest.bootsync.exists() else b"#!/bin/sh\n") == (theirs or b"#!/bin/sh\n")


@pytest.mark.parametrize("tool", ["cat", "cp", "sed", "head", "tail", "mv", "wc", "awk", "sha256sum", "rm"])
@pytest.mark.parametrize("ends", ["exit 1", "kill -9 $PPID; exit 1", "exit 0"])
def test_a_tool_that_fails_costs_nobody_a_line(tool: str, ends: str, guest: Guest) -> None:
    theirs = "#!/bin/sh\nmodprobe zfs\nmodprobe nfs"
    guest.bootsync.write_text(theirs)
    if tool == "rm":
        install(guest, "a", ["echo a"])
    before = guest.bootsync.read_text()
    broken = guest.root / "bin" / tool
    broken.write_text(f"#!/bin/sh\n{ends}\n")
    broken.chmod(0o755)
    try:
        install(guest, "a", ["echo b"])
    except subprocess.CalledProcessError:
        assert guest.bootsync.read_text() == before
    broken.unlink()
    guest.run_as_root(remove_block("a"))
    assert guest.bootsync.read_text() == theirs
