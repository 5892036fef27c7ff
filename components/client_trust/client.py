"""A client that finds the registry by its names and trusts its certificate."""

from collections.abc import Callable

import pulumi

from components.client_trust import boot2docker, engine
from components.client_trust.args import ClientTrustArgs
from guest.boot2docker import block, forget_host_name, host_names, install_block, remove_block
from settings import TrustKind

PART = "registry names"
_KINDS: dict[TrustKind, Callable[[str, ClientTrustArgs, pulumi.ResourceOptions], pulumi.Resource]] = {
    "boot2docker": boot2docker.trust,
    "engine": engine.trust,
}


class ClientTrust(pulumi.ComponentResource):
    """The registry's names and certificate authority on one client, both lasting over reboots."""

    def __init__(
        self, name: str, kind: TrustKind, args: ClientTrustArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("registry:index:ClientTrust", name, None, opts)
        names = [args.registry.name, args.registry.host]
        lines = host_names(args.address, names)
        forget = "; ".join(forget_host_name(each) for each in names)
        known = args.access.command(
            f"{name}-names",
            f"{install_block(PART)}; {'; '.join(lines)}",
            args.access.living(self),
            delete=f"{remove_block(PART)}; {forget}",
            stdin=block(PART, lines),
        )
        after = pulumi.ResourceOptions(depends_on=[known])
        _KINDS[kind](name, args, pulumi.ResourceOptions.merge(args.access.living(self), after))
        self.register_outputs({})
