"""What is taken away from a host that outlives the stack, and when: its registry, then its static address."""

from typing import Any

import pytest

from providers import borrowed_address, registry_host
from providers.borrowed_address import BorrowedAddressProvider
from providers.registry_host import RegistryHostProvider
from registry_stack.common.errors import StackError, UnreachableError
from registry_stack.remote.login import Login

FIRST, SETTLED, GONE = "192.0.2.1", "192.0.2.3", UnreachableError("192.0.2.3", OSError("no route"))


class World:
    """Where hosts answer, and all that is done to them."""

    def __init__(self) -> None:
        self.at = {SETTLED}
        self.did: list[tuple[object, ...]] = []
        self.fails: Exception | None = None

    def note(self, *what: object) -> None:
        self.did.append(what)
        if self.fails:
            raise self.fails

    def is_at(self, login: Login) -> bool:
        return login.host in self.at


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    for module in (registry_host, borrowed_address):
        monkeypatch.setattr(module, "is_at", made.is_at)
    monkeypatch.setattr(registry_host, "wait_for_engine", lambda host, _, __: made.note("wait", host))
    monkeypatch.setattr(
        registry_host, "remove_registry", lambda login, with_data: made.note("remove", login.host, with_data)
    )
    monkeypatch.setattr(
        borrowed_address, "leave_address", lambda there, first, on: made.note("leave", there.host, first, on)
    )
    return made


def login(host: str, key: str = "ssh-ed25519 A") -> dict[str, Any]:
    return {"host": host, "user": "admin", "port": 22.0, "private_key": "K", "host_key": key}


def registry(**changes: object) -> dict[str, Any]:
    props = {"login": login(SETTLED), "first": FIRST, "serial": "1", "folder": "/m", "deadline": 60.0}
    return {**props, "contents": ["registry:2"], "outlives": True, "keeps_data": False, **changes}


def borrowed(**changes: object) -> dict[str, Any]:
    props = {"login": login(FIRST), "host_key": "ssh-ed25519 A", "address": SETTLED, "interface": "ens3"}
    return {**props, "settled": SETTLED, **changes}


@pytest.mark.parametrize("change", [{"contents": ["registry:3"]}, {"serial": "2"}, {"login": login("192.0.2.9")}])
def test_the_engine_is_waited_for_and_the_resource_never_replaced(change: dict[str, Any], world: World) -> None:
    provider, new = RegistryHostProvider(), registry(**change)
    difference = provider.diff("registry", registry(), new)
    assert (difference.changes, difference.replaces) == (True, [])
    assert provider.update("registry", registry(), new).outs == {**new, "drift": []}
    assert world.did == [("wait", new["login"]["host"])]


@pytest.mark.parametrize(("keeps_data", "with_data"), [(False, True), (True, False)])
def test_the_registry_is_removed_where_it_is(keeps_data: bool, with_data: bool, world: World) -> None:
    RegistryHostProvider().delete("registry", registry(keeps_data=keeps_data))
    world.at = {FIRST}
    RegistryHostProvider().delete("registry", registry(keeps_data=keeps_data))
    assert world.did == [("remove", SETTLED, with_data), ("remove", FIRST, with_data)]


def test_what_goes_with_its_machine_needs_no_call(world: World) -> None:
    RegistryHostProvider().delete("registry", registry(outlives=False))
    assert world.did == []


def test_a_host_that_is_gone_for_good_can_be_forgotten(world: World) -> None:
    world.fails, world.at = GONE, set()
    with pytest.raises(StackError, match=r"no route\n.*`pulumi state delete`"):
        RegistryHostProvider().delete("registry", registry())
    with pytest.raises(StackError, match=r"no route\n.*`pulumi state delete`"):
        BorrowedAddressProvider().delete("a", borrowed())


def test_a_registry_that_moves_to_another_host_leaves_the_old_one_without_its_data_being_lost(world: World) -> None:
    other = registry(login=login(SETTLED, "ssh-ed25519 B") | {"host": "192.0.2.4"})
    RegistryHostProvider().update("registry", registry(), other)
    assert world.did == [("remove", SETTLED, False), ("wait", "192.0.2.4")]
    world.did.clear()
    world.fails = GONE
    with pytest.raises(UnreachableError):  # of the new one: that the old one is gone is no reason to stop
        RegistryHostProvider().update("registry", registry(), other)
    assert [each[0] for each in world.did] == ["remove", "wait"]


def test_the_address_is_given_back(world: World) -> None:
    BorrowedAddressProvider().delete("a", borrowed())
    assert world.did == [("leave", SETTLED, FIRST, "ens3")]


def test_a_host_that_has_gone_back_already_is_let_be(world: World) -> None:
    world.at = {FIRST}
    BorrowedAddressProvider().delete("a", borrowed())
    assert world.did == []


def test_another_machine_of_the_same_host_borrows_the_same_address() -> None:
    provider = BorrowedAddressProvider()
    assert provider.diff("a", borrowed(), borrowed(login=login(FIRST))).changes is False
    assert provider.diff("a", borrowed(), borrowed(interface="ens4")).replaces == []
    assert provider.diff("a", borrowed(), borrowed(host_key="ssh-ed25519 B")).replaces == ["host_key"]
    assert provider.delete_before_replace
