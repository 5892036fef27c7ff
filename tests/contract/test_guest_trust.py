"""A client's trust, of every system with every engine; tests/unit/test_guest_trust.py has what tells most of them."""

from pathlib import Path

import pytest

from guest.engines import ENGINES
from guest.systems import SYSTEMS
from tests.unit.guest_client import NEW, OLD, make_client, wanted
from tests.unit.test_guest_trust import assert_it_comes_and_goes


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_to_do_no_command_and_removal_leaves_what_was_there(
    system: str, engine: str, whole: bool, tmp_path: Path
) -> None:
    target = wanted({"old": OLD, "new": NEW}, whole=whole, engine=engine)
    assert_it_comes_and_goes(make_client(tmp_path, SYSTEMS[system]), target)
