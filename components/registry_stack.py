"""The whole guide: settings -> machines -> address -> certificates -> registry -> clients -> outputs."""

from itertools import cycle
from typing import Any

import pulumi

from components.certificate_authority import anchors, certificate_authorities
from components.certificate_dates import certificate_dates
from components.client_trust import ClientTrust, ClientTrustArgs
from components.container_network import container_network
from components.hosts import Access, HostAccess
from components.hosts_entries import hosts_entries
from components.machine_host import MachineHost, MachineHostArgs
from components.provider_processes import processes
from components.registry import Registry, RegistryArgs
from components.server_certificate import ServerCertificate, ServerCertificateArgs
from components.static_address import static_address
from components.workstation_trust import workstation_trust
from providers.check import RegistryCheck
from registry_stack.settings import Settings


class RegistryStack(pulumi.ComponentResource):
    """A registry that every client's engine trusts. `outputs` is the contract for other stacks; `anchors` are the
    certificates to trust, by the names of their authorities."""

    anchors: dict[str, pulumi.Output[str]]
    outputs: dict[str, pulumi.Output[Any]]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        self._processes = processes(settings)
        first = pulumi.ResourceOptions(providers=self._processes[:1])
        super().__init__("registry:index:RegistryStack", name, None, pulumi.ResourceOptions.merge(opts, first))
        self._settings = settings
        self._owner = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        child = pulumi.ResourceOptions(parent=self)
        machines = self._machines()

        registry_machine = static_address(
            f"{settings.registry.name}-address",
            machines[settings.registry.name],
            settings.registry.address,
            settings.network,
            self,
        )
        authorities = certificate_authorities(settings, machines[settings.registry.name].machine, child)
        self.anchors = anchors(authorities)
        certificate = ServerCertificate(
            "certificate", ServerCertificateArgs(settings.registry, settings.certificates, authorities[0]), child
        )
        registry = Registry(
            "registry", RegistryArgs(settings.registry, settings.notifications, registry_machine, certificate), child
        )
        check = RegistryCheck(
            "check",
            host=settings.registry.host,
            address=registry_machine.address,
            port=settings.registry.port,
            ca_certificate=pulumi.Output.concat(*self.anchors.values()),
            serving=registry.serving,
            deadline=float(settings.docker_machine.deadline),
            opts=pulumi.ResourceOptions(parent=self),
        )
        dates = certificate_dates(certificate, authorities, settings.certificates, self)
        self.outputs = {**self._outputs(check, self._clients(machines, registry, check)), "certificates": dates}
        self.register_outputs(self.outputs)

    def _machines(self) -> dict[str, Access]:
        network = container_network("network", self._settings, self._owner, self)
        process = cycle(self._processes)
        return {
            name: MachineHost(
                name,
                MachineHostArgs(
                    machine=name,
                    settings=machine,
                    docker_machine=self._settings.docker_machine,
                    owner=self._owner,
                    network=network,
                    moves_to=self._settings.registry.address if name == self._settings.registry.name else None,
                    process=next(process),
                ),
                pulumi.ResourceOptions(parent=self),
            ).access
            for name, machine in self._settings.machines.items()
        }

    def _clients(
        self, machines: dict[str, Access], registry: Registry, check: RegistryCheck
    ) -> dict[str, pulumi.Output[dict[str, str]]]:
        """Makes every client trust the registry; what other stacks need of each, once its engine has reached it."""
        process = cycle(self._processes)
        clients = {}
        for client in self._settings.clients:
            access = HostAccess(client.host, next(process)) if client.host else machines[client.name]
            args = ClientTrustArgs(
                client=client,
                access=access,
                registry=self._settings.registry,
                anchors=self.anchors,
                answers=check,
                serving=registry.serving,
                deadline=float(self._settings.docker_machine.deadline),
            )
            trust = ClientTrust(f"{client.name}-trust", args, pulumi.ResourceOptions(parent=self))
            clients[client.name] = access.summary(trust.scope)
        return clients

    def _outputs(
        self, check: RegistryCheck, clients: dict[str, pulumi.Output[dict[str, str]]]
    ) -> dict[str, pulumi.Output[Any]]:
        registry = self._settings.registry
        # a registry that nobody has heard answer is not announced to other stacks
        announced = check.answers.apply(lambda _: registry.reference)
        return {
            "registry": announced,
            "url": pulumi.Output.concat("https://", announced),
            "caCertificate": pulumi.Output.concat(*self.anchors.values()),
            "machine": pulumi.Output.from_input(registry.name),
            "address": pulumi.Output.from_input(str(registry.address)),
            **hosts_entries(self._settings, self._owner, self),
            **workstation_trust(self._settings, self.anchors, self),
            "clients": pulumi.Output.from_input(clients),
        }
