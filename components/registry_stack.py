"""The whole guide: settings -> machines -> address -> certificates -> registry -> clients -> outputs."""

from itertools import cycle
from typing import Any

import pulumi

from components.access import Access
from components.certificate_authority import anchors, certificate_authorities
from components.certificate_dates import certificate_dates
from components.client_trust import ClientTrust, ClientTrustArgs
from components.hosts_entries import hosts_entries
from components.machine_host import MachineHost, MachineHostArgs
from components.network import container_network
from components.processes import processes
from components.registry import Registry, RegistryArgs
from components.server_certificate import ServerCertificate, ServerCertificateArgs
from components.static_address import static_address
from providers.check import RegistryCheck
from settings import Settings


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
        for client in settings.clients:
            args = ClientTrustArgs(
                machines[client.name], settings.registry, str(settings.registry.address), authorities[0].anchor
            )
            ClientTrust(f"{client.name}-trust", client.trust, args, child)

        dates = certificate_dates(certificate, authorities, settings.certificates, self)
        self.outputs = {**self._outputs(check, machines), "certificates": dates}
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

    def _outputs(self, check: RegistryCheck, machines: dict[str, Access]) -> dict[str, pulumi.Output[Any]]:
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
            "clients": pulumi.Output.from_input(
                {client.name: machines[client.name].summary(client.trust) for client in self._settings.clients}
            ),
        }
