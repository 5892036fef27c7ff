"""The lab itself: each kind of machine boots, has its address, and keeps what it has flushed when its power is cut."""

import pytest

from tasks.lab.vms.network import GATEWAY, PROBE
from tests.vms.conftest import Boot
from tests.vms.networks import NETWORKS


@pytest.mark.parametrize(("number", "name"), list(enumerate(NETWORKS, 10)))
def test_a_machine_boots_and_is_reached(boot: Boot, number: int, name: str) -> None:
    machine = boot(name, number, NETWORKS[name])
    assert machine.run("hostname").strip() == name
    assert machine.run("systemctl is-active docker").strip() == "active"
    if name.endswith("dhcp"):
        assert machine.run(f"getent hosts {PROBE}").split()[0] == str(GATEWAY)
    machine.cut_power()


def test_power_cut_keeps_what_was_flushed(boot: Boot) -> None:
    machine = boot("power", 30, NETWORKS["networkd-dhcp"])
    machine.run("sudo sh -c 'echo flushed >/flushed; sync; echo lost >/lost'")
    machine.cut_power()
    machine.start()
    machine.wait()
    assert machine.run("cat /flushed; ls /lost || true").strip() == "flushed"
