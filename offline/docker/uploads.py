"""Files that a container gets before it starts."""

import base64
import binascii
import grp
import io
import pwd
import tarfile
import time
from pathlib import Path

from offline.kit.resource import PluginError
from offline.kit.values import Properties


def archive(upload: Properties) -> bytes:
    """A tar archive of one of uploads, to be unpacked at the container's root."""
    data = content(upload)
    entry = tarfile.TarInfo(upload["file"])
    entry.size = len(data)
    entry.mtime = int(time.time())
    permissions = upload.get("permissions")
    entry.mode = int(permissions, 8) if permissions else 0o744 if upload.get("executable") else 0o644
    entry.uid = _user(upload.get("owner") or "0")
    entry.gid = _group(upload.get("group") or "0")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def content(upload: Properties) -> bytes:
    """What an upload holds: exactly one of content, contentBase64 and source says so."""
    given = [name for name in ("content", "contentBase64", "source") if upload.get(name)]
    if len(given) != 1:
        raise PluginError(f"uploads: {upload['file']} needs exactly one of content, contentBase64 and source")
    text: str = upload[given[0]]
    try:
        if given[0] == "contentBase64":
            return base64.b64decode(text, validate=True)
        return Path(text).read_bytes() if given[0] == "source" else text.encode()
    except (binascii.Error, OSError) as error:
        raise PluginError(f"uploads: {upload['file']}: {given[0]} cannot be read: {error}") from None


def _user(name: str) -> int:
    # As in the official plugin, names are this machine's, not the container's.
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        raise PluginError(f"uploads: there is no user {name} on this machine") from None


def _group(name: str) -> int:
    try:
        return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise PluginError(f"uploads: there is no group {name} on this machine") from None
