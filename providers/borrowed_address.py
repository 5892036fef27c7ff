"""The BorrowedAddress resource: the static address of a host that outlives the stack, for as long as that is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
from pulumi.dynamic import CreateResult, UpdateResult

from providers.base import Props, Provider, StackResource, login
from registry_stack.common.errors import StackError
from registry_stack.machines.change_address import leave_address
from registry_stack.remote.reboot import is_at


class BorrowedAddressProvider(Provider):
    """Deleting it makes the host go back to the address that it had. Another host is another resource, and the old one
    goes back before the new one comes."""

    replaces = ("host_key",)
    updates = ("login", "address", "interface")
    delete_before_replace = True

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["address"], {**props, "settled": props["address"], "drift": []})

    def update(self, id_: str, old: Props, new: Props) -> UpdateResult:
        return UpdateResult({**new, "settled": new["address"], "drift": []})

    def delete(self, id_: str, props: Props) -> None:
        first = login(props)
        there = replace(first, host=props["settled"])
        try:
            if is_at(there) or not is_at(first):
                leave_address(there, first.host, props["interface"])
        except StackError as error:
            raise StackError(
                f"{error}\nThe host was not given back its own address. If it is gone for good, "
                "`pulumi state delete` with this resource's URN forgets it"
            ) from None


@dataclass(frozen=True)
class BorrowedAddressArgs:
    """How to log in to the host at its own address, its host key again, and where it is now."""

    login: Mapping[str, pulumi.Input[str | int]]
    host_key: pulumi.Input[str]
    address: pulumi.Input[str]
    interface: str


class BorrowedAddress(StackResource, module="registry", name="BorrowedAddress"):
    """A static address that a host has for a time. `settled` is that address: what is there goes before it."""

    provider = BorrowedAddressProvider

    settled: pulumi.Output[str]

    def __init__(
        self, resource_name: str, args: BorrowedAddressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(resource_name, args, opts)
