"""Trust of the whole system, as the guide does it on Boot2Docker: the certificate where it is installed from at boot,
and a restart.

Whatever runs on the client trusts the certificate authority then, for every name.
"""

import pulumi

from components.access import fingerprint
from components.client_trust.args import ClientTrustArgs
from guest.boot2docker import CERTIFICATES
from guest.files import remove_file, write_file
from providers.restart import Restart


def trust(name: str, args: ClientTrustArgs, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Installs the certificate; the Restart that comes back is done when the client's engine trusts it."""
    path = CERTIFICATES / f"{args.registry.host}.pem"
    copied = args.access.command(
        f"{name}-ca", write_file(path, mode="644"), opts, delete=remove_file(path), stdin=args.ca_certificate
    )
    return Restart(
        f"{name}-restart",
        login=args.access.login,
        folder=args.access.machine.folder,
        because=args.ca_certificate.apply(fingerprint),
        serial=args.access.machine.serial,
        deadline=args.access.tool["deadline"],
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[copied], provider=args.access.process)
        ),
    )
