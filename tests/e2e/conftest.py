"""How end-to-end tests are distributed over processes, and what is shown when one fails."""

from collections.abc import Generator
from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.e2e.stack import Stack, logs


class SharedStack(LoadFileScheduling):  # type: ignore[misc]  # which has no types
    """The tests of a file stay together, and in their order; so do all tests that share a stack."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        folder = PurePosixPath(file).parent
        return str(folder) if folder.name == "shared" else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedStack:
    """Takes the place of what `--dist` asks for."""
    return SharedStack(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """After a failure, shows the logs of the machines that the test worked with."""
    report = yield
    used = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(used, Stack):
        report.sections.append(("the machines' logs", logs(used)))
    return report
