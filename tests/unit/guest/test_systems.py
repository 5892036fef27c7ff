"""Operating systems: which one a client's os-release describes, and that the facts about each are whole."""

import subprocess

import pytest

from registry_stack.guest.systems import SYSTEMS, System, recognise

every_system = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)


@pytest.mark.parametrize(
    ("os_release", "system"),
    [
        ('NAME="Boot2Docker"\nVERSION=19.03.12\nID=boot2docker\nID_LIKE=tcl\n', "boot2docker"),
        ('NAME="Container Linux by CoreOS"\nID=coreos\n', "coreos"),
        ('NAME="Flatcar Container Linux by Kinvolk"\nID=flatcar\nID_LIKE=coreos\n', "coreos"),
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', "debian"),
        ("ID=ubuntu\nID_LIKE=debian\n", "debian"),
        ("ID=raspbian\nID_LIKE=debian\n", "debian"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ('ID="rhel"\nID_LIKE="fedora"\n', "rhel"),
        ('ID="centos"\nID_LIKE="rhel fedora"\n', "rhel"),
        ("ID=fedora\n", "rhel"),
        ("ID=fedora\nVARIANT_ID=coreos\n", "rhel"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "rhel"),
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', "rhel"),
        ('ID="ol"\nID_LIKE="fedora"\n', "rhel"),
        ('ID="amzn"\nID_LIKE="fedora"\n', "rhel"),
        ("ID=alpine\n", "alpine"),
        ("ID=postmarketos\nID_LIKE=alpine\n", "alpine"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "suse"),
        ('ID="sles"\nID_LIKE="suse"\n', "suse"),
        ("ID='sled'\n", "suse"),
        ("# ID=debian\n\nID=alpine\n", "alpine"),
        ("ID_LIKE=debian\n", "debian"),
        ("ID=void\n", None),
        ("ID=arch\nID_LIKE=\n", None),
        ('NAME="debian"\n', None),
        ("", None),
        ("what is this\n", None),
    ],
)
def test_which_system(os_release: str, system: str | None) -> None:
    found = recognise(os_release)
    assert (found.name if found else None) == system


def test_an_unclosed_quote_is_no_reason_to_fail() -> None:
    assert recognise('PRETTY_NAME="Odd\nID=debian\n') is SYSTEMS["debian"]


@every_system
def test_a_system_is_known_by_each_of_its_ids(system: System) -> None:
    for id_ in system.ids:
        assert recognise(f"ID={id_}\n") is system


def test_no_id_is_of_two_systems() -> None:
    ids = [id_ for system in SYSTEMS.values() for id_ in system.ids]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("name", "folder", "suffix", "tool"),
    [
        ("boot2docker", "/var/lib/boot2docker/certs", ".pem", "update-ca-certificates; fi"),
        ("coreos", "/etc/ssl/certs", ".pem", "update-ca-certificates"),
        ("debian", "/usr/local/share/ca-certificates", ".crt", "update-ca-certificates"),
        ("rhel", "/etc/pki/ca-trust/source/anchors", ".crt", "update-ca-trust extract"),
        ("alpine", "/usr/local/share/ca-certificates", ".crt", "update-ca-certificates"),
        ("suse", "/etc/pki/trust/anchors", ".pem", "update-ca-certificates"),
    ],
)
def test_facts_as_documented(name: str, folder: str, suffix: str, tool: str) -> None:
    system = SYSTEMS[name]
    assert (str(system.folder), system.suffix) == (folder, suffix)
    assert system.rebuild.endswith(tool)


@every_system
def test_commands_are_shell(system: System) -> None:
    for command in (system.rebuild, system.rebuild_without, system.restart_command("docker")):
        subprocess.run(["/bin/sh", "-nc", command], check=True)


@pytest.mark.parametrize(
    ("name", "without_systemd"),
    [
        ("boot2docker", "/etc/init.d/docker restart"),
        ("coreos", "systemctl restart docker"),
        ("debian", "service docker restart"),
        ("rhel", "service docker restart"),
        ("alpine", "rc-service docker restart"),
        ("suse", "service docker restart"),
    ],
)
def test_how_an_engine_is_restarted(name: str, without_systemd: str) -> None:
    assert SYSTEMS[name].restart_command("docker") == (
        f"if [ -d /run/systemd/system ]; then systemctl restart docker; else {without_systemd}; fi"
    )
