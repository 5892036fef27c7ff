"""The contract for other stacks, as the tour and the demo read it."""

import json
from typing import Any

import pytest

from registry_stack.common.errors import StackError
from tasks.demo.tour import registry_api
from tasks.stack.outputs import Outputs

DOCUMENT: dict[str, Any] = {
    "address": "192.168.233.3",
    "caCertificate": "PEM",
    "clients": {
        "client1": {
            "address": "192.168.233.11",
            "certPath": "/store/machines/client1",
            "engine": "tcp://192.168.233.11:2376",
            "trust": "engine",
        }
    },
    "hostsLines": ["192.168.233.3 registry0"],
    "machine": "registry0",
    "registry": "registry0.localdomain:5000",
    "url": "https://registry0.localdomain:5000",
}
WRONG: tuple[Any, ...] = ({"client1": {}}, [], {"a": 1})


def test_outputs_are_read() -> None:
    outputs = Outputs.parse(json.dumps(DOCUMENT))
    assert outputs.clients["client1"].engine == "tcp://192.168.233.11:2376"
    api = registry_api(outputs)
    assert (api.host, api.address, api.port) == ("registry0.localdomain", "192.168.233.3", 5000)


def test_hosts_that_exist_already_are_not_reached_from_here() -> None:
    host = {"address": "192.168.233.51", "ssh": "ssh://admin@192.168.233.51:22", "trust": "system"}
    outputs = Outputs.parse(json.dumps({**DOCUMENT, "clients": {"rack1": host, **DOCUMENT["clients"]}}))
    assert list(outputs.clients) == ["client1"]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", *(json.dumps({**DOCUMENT, "clients": wrong}) for wrong in WRONG)],
)
def test_other_documents_are_refused_in_a_line(text: str) -> None:
    with pytest.raises(StackError, match=r"^these are not the outputs of a stack that is up; missing or wrong: .+$"):
        Outputs.parse(text)
