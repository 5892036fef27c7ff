"""The guide's fourth step: a client's engine trusts the registry, and proves it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.hosts import Access, HostAccess
from providers.trust import Trust, TrustArgs
from providers.trust_check import TrustCheck, TrustCheckArgs
from registry_stack.settings import ClientSettings, RegistrySettings


@dataclass(frozen=True)
class ClientTrustArgs:
    """A client, how it is reached, and the registry with the authorities (name: PEM) to trust.

    `answers` is known once the registry has been heard, `serving` is another text when it serves something else.
    """

    client: ClientSettings
    access: Access | HostAccess
    registry: RegistrySettings
    anchors: Mapping[str, pulumi.Input[str]]
    answers: pulumi.Resource
    serving: pulumi.Output[str]
    deadline: float


class ClientTrust(pulumi.ComponentResource):
    """The registry's names and authorities on one client. `scope`, of its trust, is known once its engine has reached
    the registry.

    What is on the client does not wait for the registry, which takes longer to come up.
    """

    scope: pulumi.Output[str]

    def __init__(self, name: str, args: ClientTrustArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("registry:index:ClientTrust", name, None, opts)
        client, registry = args.client, args.registry
        on_it = args.access.trusting(self)
        trust = Trust(
            f"{name}-files",
            TrustArgs(
                name=client.name,
                login=args.access.login,
                serial=args.access.serial,
                reference=registry.reference,
                address=str(registry.address),
                names=[registry.host, registry.name],
                anchors=args.anchors,
                scope=client.trust,
                os=client.os,
                engine=client.engine,
                deadline=args.deadline,
            ),
            on_it,
        )
        check = TrustCheck(
            f"{name}-check",
            TrustCheckArgs(
                name=client.name,
                login=args.access.login,
                serial=args.access.serial,
                engine=client.engine,
                reference=registry.reference,
                trusting=trust.files,
                serving=args.serving,
                deadline=args.deadline,
            ),
            pulumi.ResourceOptions.merge(on_it, pulumi.ResourceOptions(depends_on=[args.answers])),
        )
        self.scope = check.reaches.apply(lambda _: client.trust)
        self.register_outputs({"scope": self.scope})
