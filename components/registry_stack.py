"""The whole guide: settings -> machines -> address -> certificates -> registry -> clients -> outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pulumi

from components.certificate_authority import anchors, certificate_authorities
from components.client_trust import ClientTrust, ClientTrustArgs
from components.container_network import container_network
from components.hosts import ExistingHost, MadeHost
from components.hosts_entries import hosts_entries
from components.machine_host import MachineHost, MachineHostArgs
from components.naming import child_of
from components.outputs import certificate_dates, readme, registry_outputs
from components.provider_processes import provider_processes
from components.registry import HeaderInputs, Registry, RegistryArgs
from components.server_certificate import ServerCertificate, ServerCertificateArgs
from components.static_address import static_address
from components.workstation_trust import workstation_trust
from providers.check import RegistryCheck, RegistryCheckArgs
from registry_stack.settings import ClientSettings, Settings, SettingsError


@dataclass(frozen=True)
class RegistryStackArgs:
    """What a stack is made of. `settings` are plain values, since they decide which resources there are.

    `webhook_headers` are sent to the webhook of that name, together with the headers in its settings: values that only
    another resource knows, such as a token. `owner` marks machines, containers and the network as this stack's; every
    stack of a workstation needs its own. By default it is made of the names of the project, the stack and the resource.
    Raises SettingsError for headers of a webhook that the settings do not have.
    """

    settings: Settings
    webhook_headers: Mapping[str, HeaderInputs] = field(default_factory=dict)
    owner: str | None = None

    def __post_init__(self) -> None:
        known = [each.name for each in self.settings.notifications]
        for name in self.webhook_headers.keys() - known:
            raise SettingsError(f"webhook_headers has {name!r}: should be the name of a webhook (known: {known})")


class RegistryStack(pulumi.ComponentResource):
    """A registry that every client's engine trusts. `outputs` is the contract for other stacks; `anchors` are the
    certificates to trust, by the names of their authorities."""

    anchors: dict[str, pulumi.Output[str]]
    outputs: dict[str, pulumi.Output[Any]]

    def __init__(self, name: str, args: RegistryStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = args.settings
        self._processes = provider_processes(name, settings)
        own = pulumi.ResourceOptions(
            providers=self._processes[:1], aliases=[pulumi.Alias(type_="registry:index:RegistryStack")]
        )
        super().__init__("registry-stack:index:RegistryStack", name, None, pulumi.ResourceOptions.merge(own, opts))
        self._name, self._settings = name, settings
        self._owner = args.owner or default_owner(name)
        machines = self._make_machines()

        moved = static_address(
            f"{name}-{settings.registry.name}-address",
            machines[settings.registry.name],
            settings.registry.address,
            settings.network,
            self,
        )
        authorities = certificate_authorities(name, settings, machines[settings.registry.name].machine, self)
        self.anchors = anchors(authorities)
        certificate = ServerCertificate(
            f"{name}-certificate",
            ServerCertificateArgs(settings.registry, settings.certificates, authorities[0]),
            child_of(self, f"{name}-certificate"),
        )
        registry = Registry(
            f"{name}-registry",
            RegistryArgs(
                settings=settings.registry,
                endpoints=settings.notifications,
                headers=args.webhook_headers,
                host=moved,
                certificate=certificate,
                ca_certificate=pulumi.Output.concat(*self.anchors.values()),
            ),
            child_of(self, f"{name}-registry"),
        )
        check = self._check(moved, registry)
        reached = {**machines, settings.registry.name: moved}
        clients = {
            client.name: self._make_trust(client, reached, registry, check, process)
            for client, process in zip(settings.clients, cycle(self._processes), strict=False)
        }
        outputs = {
            **registry_outputs(settings.registry, check, authorities),
            **hosts_entries(f"{name}-hosts-file", settings, self._owner, self),
            **workstation_trust(f"{name}-workstation-trust", settings, self.anchors, self),
            "clients": pulumi.Output.from_input(clients),
            "certificates": certificate_dates(certificate, authorities, settings.certificates, self),
        }
        self.outputs = {**outputs, "readme": readme(outputs)}
        self.register_outputs(self.outputs)

    def _make_machines(self) -> dict[str, MadeHost]:
        network = container_network(f"{self._name}-network", self._settings, self._owner, self)
        process = cycle(self._processes)
        return {
            machine: MachineHost(
                f"{self._name}-{machine}",
                MachineHostArgs(
                    machine=machine,
                    settings=settings,
                    docker_machine=self._settings.docker_machine,
                    owner=self._owner,
                    network=network,
                    moves_to=self._settings.registry.address if machine == self._settings.registry.name else None,
                    process=next(process),
                ),
                child_of(self, f"{self._name}-{machine}"),
            ).host
            for machine, settings in self._settings.machines.items()
        }

    def _check(self, host: MadeHost, registry: Registry) -> RegistryCheck:
        args = RegistryCheckArgs(
            host=self._settings.registry.host,
            address=host.address,
            port=self._settings.registry.port,
            ca_certificate=pulumi.Output.concat(*self.anchors.values()),
            revision=registry.revision,
            deadline=float(self._settings.docker_machine.deadline),
        )
        return RegistryCheck(f"{self._name}-check", args, child_of(self, f"{self._name}-check"))

    def _make_trust(
        self,
        client: ClientSettings,
        machines: Mapping[str, MadeHost],
        registry: Registry,
        check: RegistryCheck,
        process: pulumi.ProviderResource,
    ) -> pulumi.Output[dict[str, str]]:
        """Makes a client trust the registry; returns what other stacks need of it, once its engine has reached that."""
        host: MadeHost | ExistingHost
        if client.host:
            registry_machine = machines[self._settings.registry.name].tied_to
            host = ExistingHost(client.host, process, registry_machine if self._settings.is_registry(client) else None)
        else:
            host = machines[client.name]
        name = f"{self._name}-{client.name}-trust"
        args = ClientTrustArgs(
            client=client,
            host=host,
            registry=self._settings.registry,
            anchors=self.anchors,
            answers=check,
            revision=registry.revision,
            deadline=float(self._settings.docker_machine.deadline),
        )
        return host.summary(ClientTrust(name, args, child_of(self, name)).scope)


def default_owner(name: str) -> str:
    """An owner made of the program's own names. A resource that is named like its project adds nothing to them."""
    project, stack = pulumi.get_project(), pulumi.get_stack()
    return f"{project}-{stack}" if name == project else f"{project}-{stack}-{name}"
