"""What a container machine is given, by the program and by the lab alike."""

import hashlib
import io
import tarfile

from registry_stack.machines.container import create_options, userdata


def test_the_privileges_are_these_and_no_others() -> None:
    options = create_options()
    assert sorted(options) == ["cap_add", "cgroupns", "restart_policy", "security_opt", "sysctls"]
    assert "ALL" not in options["cap_add"]
    assert len(options["cap_add"]) == 9


def test_userdata_holds_the_users_key_for_him_alone() -> None:
    with tarfile.open(fileobj=io.BytesIO(userdata("ssh-ed25519 AAAA\n"))) as archive:
        modes = {each.name: (each.mode, each.isdir()) for each in archive.getmembers()}
        content = archive.extractfile(".ssh/authorized_keys")
        assert content is not None
        assert content.read() == b"ssh-ed25519 AAAA\n"
    assert modes == {".ssh": (0o700, True), ".ssh/authorized_keys": (0o600, False)}


def test_userdata_has_always_the_same_bytes() -> None:
    """It is an input of the container, in the state of every stack: other bytes would replace every machine."""
    digest = hashlib.sha256(userdata("ssh-ed25519 AAAA\n")).hexdigest()
    assert digest == "e00b839f3223b649860b6aea7f470f88ed7f6532cb60b6265c6b6ea962b08c45"
