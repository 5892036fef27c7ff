"""Alpine.

Source: update-ca-certificates(8) of Alpine's ca-certificates: files in /usr/local/share/ca-certificates that end with
.crt, one certificate each, are trusted, and links to removed ones go. OpenRC's rc-service(8).
"""

from pathlib import PurePosixPath

from registry_stack.guest.systems.system import System

SYSTEM = System(
    name="alpine",
    ids=("alpine",),
    folder=PurePosixPath("/usr/local/share/ca-certificates"),
    suffix=".crt",
    rebuild="update-ca-certificates",
    bundle=PurePosixPath("/etc/ssl/certs/ca-certificates.crt"),
    restart="rc-service {} restart",
)
