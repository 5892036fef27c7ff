"""What the setting hostsFile makes of a stack."""

import pytest

from tests.unit.components.program_mocks import run

LINES = ["192.168.233.3 registry0", "192.168.233.3 registry0.localdomain"]


def test_the_hosts_file_is_left_alone_unless_asked_for() -> None:
    assert run("demo").of(":HostsFile") == {}
    assert run("demo").outputs["hostsLines"] == LINES
    assert "hostsFile" not in run("demo").outputs


@pytest.mark.parametrize("preview", [False, True])
def test_a_managed_hosts_file_is_the_systems_own_with_a_block_named_after_the_stack(preview: bool) -> None:
    done = run("demo", preview=preview, hostsFile="manage")
    entry = done.of(":HostsFile")["hosts-file"]
    assert {key: entry.inputs[key] for key in ("path", "owner", "lines")} == {
        "path": "/etc/hosts",
        "owner": "registry-stack-demo",
        "lines": LINES,
    }
    assert done.outputs["hostsLines"] == LINES
    assert len(entry.inputs["__provider"]) < 100, "in the state by its name, not by its code"


def test_the_names_wait_for_no_machine() -> None:
    entry = run("demo", hostsFile="manage").of(":HostsFile")["hosts-file"]
    assert list(entry.request.dependencies) == []


def test_what_became_of_it_is_an_output() -> None:
    # of a preview, whose outputs are unknown rather than made up by the mocks
    assert "hostsFile" in run("demo", preview=True, hostsFile="manage").outputs
