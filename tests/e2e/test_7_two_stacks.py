"""Two stacks that are brought up at once, and share docker-machine's storage folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.stack import SECONDS, Stack, container_settings, left_of, remove_interrupted, taken_down


def stack_of(name: str, folder: Path, subnet: str) -> Stack:
    """A stack with nothing but a registry."""
    remove_interrupted(f"registry-stack-{name}")
    settings = container_settings(subnet, {})
    settings["registry"]["name"] = f"{name}-registry"
    return Stack.make(name, folder, settings)


def test_two_stacks_at_once_on_one_fresh_storage_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("two")
    one, other = stack_of("e2e-one", folder, "192.168.243"), stack_of("e2e-other", folder, "192.168.244")
    with taken_down(one), taken_down(other), ThreadPoolExecutor() as pool:
        for up in [pool.submit(each.up) for each in (one, other)]:
            up.result(SECONDS)
        assert sorted(path.name for path in one.storage.glob("machines/*")) == [
            "e2e-one-registry",
            "e2e-other-registry",
        ]
        for each in (one, other):
            each.up("--expect-no-changes")
        for destroy in [pool.submit(each.destroy) for each in (one, other)]:
            destroy.result(SECONDS)
        assert left_of(one) == left_of(other) == []
