"""Trust of the engine alone, for this registry alone, without a restart: Docker's certs.d folder.

Source: Docker's documentation, "Verify repository client with certificates". On a Boot2Docker that folder is gone after
a reboot, so the certificate is kept where files persist, and bootsync.sh puts it back.
"""

import pulumi

from components.client_trust.args import ClientTrustArgs
from guest import boot2docker
from guest.files import remove_file, write_file

PART = "engine trust"


def trust(name: str, args: ClientTrustArgs, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Installs the certificate; the command that comes back is done when the client's engine trusts it."""
    kept = boot2docker.PERSISTENT / "certs.d" / args.registry.reference / "ca.crt"
    folder = f"/etc/docker/certs.d/{args.registry.reference}"
    lines = [f"mkdir -p {folder} && cp {kept} {folder}/ca.crt"]
    copied = args.access.command(
        f"{name}-ca", write_file(kept, mode="644"), opts, delete=remove_file(kept), stdin=args.ca_certificate
    )
    return args.access.command(
        f"{name}-certs-d",
        f"{boot2docker.install_block(PART)}; {'; '.join(lines)}",
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[copied])),
        delete=f"{boot2docker.remove_block(PART)}; rm -rf {folder}",
        stdin=args.ca_certificate.apply(lambda _: boot2docker.block(PART, lines)),
    )
