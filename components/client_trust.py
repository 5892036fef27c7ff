"""The guide's fourth step: a client's engine trusts the registry, and proves it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.hosts import Host
from providers.base import ClientArgs
from providers.trust import Trust, TrustArgs
from providers.trust_check import TrustCheck, TrustCheckArgs
from registry_stack.settings import ClientSettings, RegistrySettings


@dataclass(frozen=True)
class ClientTrustArgs:
    """A client, how it is reached, and the registry with the authorities (name: PEM) to trust.

    `answers` is known once the registry has answered; `revision` changes whenever it serves something else.
    """

    client: ClientSettings
    host: Host
    registry: RegistrySettings
    anchors: Mapping[str, pulumi.Input[str]]
    answers: pulumi.Resource
    revision: pulumi.Output[str]
    deadline: float


class ClientTrust(pulumi.ComponentResource):
    """The registry's names and authorities on one client. `scope` says how far it trusts, and is known once its engine
    has reached the registry.

    Writing to the client does not wait for the registry, which takes longer to come up.
    """

    scope: pulumi.Output[str]

    def __init__(self, name: str, args: ClientTrustArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:ClientTrust", name, None, opts)
        client, registry = args.client, args.registry
        options = args.host.for_trust(self)
        both = ClientArgs(
            name=client.name,
            login=args.host.login,
            serial=args.host.serial,
            engine=client.engine,
            reference=registry.reference,
            deadline=args.deadline,
        )
        trust = Trust(
            f"{name}-files",
            TrustArgs(
                **vars(both),
                address=str(registry.address),
                names=[registry.host, registry.name],
                anchors=args.anchors,
                scope=client.trust,
                os=client.os,
            ),
            options,
        )
        check = TrustCheck(
            f"{name}-check",
            TrustCheckArgs(**vars(both), files=trust.files, revision=args.revision),
            pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[args.answers])),
        )
        self.scope = check.drift.apply(lambda _: client.trust)
        self.register_outputs({"scope": self.scope})
