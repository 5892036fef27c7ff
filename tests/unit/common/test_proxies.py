"""Which variables keep this system and the machines from a proxy, and when one would be asked."""

import os
import subprocess
import sys

import pytest

from registry_stack.common.proxies import proxy_for, without_proxies

PROXY = "http://proxy.example:3128"


def test_without_a_proxy_nothing_changes() -> None:
    assert without_proxies({"NO_PROXY": "a"}, ["10.0.0.3"]) == {}
    assert without_proxies({"HTTPS_PROXY": ""}, ["10.0.0.3"]) == {}


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "grpc_proxy"])
def test_this_system_and_the_machines_are_reached_without_it(name: str) -> None:
    added = without_proxies({name: PROXY}, ["10.0.0.0/24"])
    assert added == dict.fromkeys(["NO_PROXY", "no_proxy"], "localhost,127.0.0.1,::1,10.0.0.0/24")


def test_what_the_user_excepts_stays() -> None:
    added = without_proxies({"https_proxy": PROXY, "NO_PROXY": "a, .b", "no_proxy": ".b,c,"}, ["10.0.0.3"])
    assert added["NO_PROXY"] == "a,.b,c,localhost,127.0.0.1,::1,10.0.0.3"
    assert without_proxies({"https_proxy": PROXY, **added}, ["10.0.0.3"]) == added


@pytest.mark.parametrize(
    ("excepted", "asked"),
    [
        ("", True),
        ("10.0.0.3", False),
        ("10.0.0.3 ", False),
        ("10.0.0.30", True),
        ("10.0.0.0/24", False),
        ("10.0.0.9/24", False),
        ("10.0.1.0/24", True),
        ("fd00::/8", True),
        ("*", False),
        (".example,registry0", True),
        ("a/b", True),
    ],
)
def test_whether_it_is_asked_for_a_machine(excepted: str, asked: bool) -> None:
    assert proxy_for({"https_proxy": PROXY, "NO_PROXY": excepted}, "10.0.0.3") == ("https_proxy" if asked else None)
    assert proxy_for({"http_proxy": PROXY, "NO_PROXY": excepted}, "10.0.0.3") is None
    assert proxy_for({"NO_PROXY": excepted}, "10.0.0.3") is None


TALK = """
import grpc
from concurrent.futures import ThreadPoolExecutor
server = grpc.server(ThreadPoolExecutor(1))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
grpc.channel_ready_future(grpc.insecure_channel(f"127.0.0.1:{port}")).result(timeout=20)
"""


def test_pulumis_engine_and_the_program_find_each_other_beside_a_proxy() -> None:
    """Python's gRPC asks a proxy in lower case for 127.0.0.1 too: without an exception, every preview would hang."""
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    environment = {**os.environ, **nowhere, **without_proxies(nowhere, [])}
    subprocess.run([sys.executable, "-c", TALK], env=environment, check=True, timeout=60)
