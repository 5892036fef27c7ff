"""Another stack that uses the shared one through its outputs: the example that users are shown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
import yaml

from registry_stack.common.waiting import wait_for
from tasks.demo.client_engine import engine
from tasks.demo.tour import tour
from tasks.layout import HERE
from tasks.stack.outputs import Outputs
from tests.e2e.stack import PROJECT, Stack

PROGRAM = HERE.checkout / "examples" / "consumer"
CLIENT = "e2e-system"


@pytest.fixture
def consumer(stack: Stack, tmp_path: Path) -> Iterator[Stack]:
    made = replace(stack, folder=tmp_path, program=PROGRAM, said=[])
    config = {"registryStack": f"organization/{PROJECT}/{stack.name}", "client": CLIENT}
    document = {"config": {f"consumer:{key}": value for key, value in config.items()}}
    made.file.write_text(yaml.safe_dump(document), "utf-8")
    made.init()
    yield made
    made.destroy()


@pytest.mark.usefixtures("image")
def test_the_site_of_another_stack(consumer: Stack, outputs: Outputs) -> None:
    consumer.up()
    url = consumer.pulumi("stack", "output", "url", "--stack", consumer.name).strip()
    assert url == f"http://{outputs.clients[CLIENT].address}:8080/"
    without_proxies = build_opener(ProxyHandler({}))

    def fetched() -> bytes:
        with without_proxies.open(url, timeout=5) as answer:
            content: bytes = answer.read()
            return content

    assert wait_for("the site", fetched, 30) == (PROGRAM / "site" / "index.html").read_bytes()
    assert len(list(tour(outputs))) == 5, "the tour, which pulls the image again on the same client"
    consumer.refresh("--expect-no-changes")
    consumer.up("--expect-no-changes")

    consumer.destroy()
    client = outputs.clients[CLIENT]
    with engine(client.engine, client.cert_path) as docker:
        assert [each for each in docker.containers.list(all=True) if str(each.name).startswith("site-")] == []
