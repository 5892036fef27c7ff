"""How a client is: the script that prints it, and what is read from that."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from shlex import quote

from registry_stack.common.hashing import sha256_of_text
from registry_stack.guest.boot2docker import BOOTSYNC
from registry_stack.guest.scripts import load_script
from registry_stack.guest.systems import SYSTEMS, System
from registry_stack.trust.desired import MARK, DesiredTrust

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_WIDTH = 64
_FUNCTIONS = Path(__file__).with_suffix(".sh")


@dataclass(frozen=True)
class Facts:
    """How a client is: its os-release, hosts file and bootsync.sh as text, empty if there is none.

    `digests`: the SHA-256 of each file that exists, by its path.
    `folders`: the folders that exist.
    `foreign`: the files in this program's places that are not marked as its own.
    `stores`: for each trust store that exists as one file, the digests of the anchors in it.
    """

    os_release: str = ""
    hosts: str = ""
    bootsync: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    stores: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, printed: str) -> "Facts":
        """Reads what `inspect_script` printed."""
        sections: dict[str, list[str]] = {}
        lines: list[str] = []
        for line in printed.splitlines():
            if line.startswith("== "):
                sections[line.removeprefix("== ")] = lines = []
            else:
                lines.append(line.removeprefix("  "))
        stores: dict[str, set[str]] = {}
        for store, *held in map(str.split, sections["stores"]):
            stores.setdefault(store, set()).update(held)
        return cls(
            os_release=_text(sections["os-release"]),
            hosts=_text(sections["hosts"]),
            bootsync=_text(sections["bootsync"]),
            digests={path: hashed for hashed, path in (line.split(None, 1) for line in sections["digests"])},
            folders=frozenset(sections["folders"]),
            foreign=frozenset(sections["foreign"]),
            stores={store: frozenset(held) for store, held in stores.items()},
        )


def inspect_script(desired: DesiredTrust, system: System | None) -> str:
    """The script that looks at all that trust may concern; as on any system if it is not known yet."""
    systems = [system] if system else [None, *SYSTEMS.values()]
    files = [path for each in systems for path in desired.files(each)]
    folders = sorted({folder for file in files for folder in file.parents})
    marked = [path for path in files if path.name == desired.engine.named]
    stores = sorted({each.bundle for each in systems if each and desired.system_wide})
    return "\n".join(
        [
            load_script(_FUNCTIONS),
            "show os-release /etc/os-release",
            "show hosts /etc/hosts",
            f"show bootsync {BOOTSYNC}",
            _call("hashes", *files),
            _call("folders", *folders),
            _call("foreign", MARK, *marked),
            "section stores",
            *(line for store in stores for line in _search(store, desired.texts.values())),
        ]
    )


def _search(store: PurePosixPath, anchors: Iterable[str]) -> list[str]:
    """Calls that tell whether a trust store is there as one file, and which of the anchors it holds."""
    return [_call("store", store), *(_call("holds", store, sha256_of_text(text), *_lines_of(text)) for text in anchors)]


def _lines_of(certificate: str) -> tuple[str, str]:
    """The last full line of a certificate, which is of its signature and so no other certificate's.

    Such a line identifies the certificate in a bundle, whose comments and order depend on its tool. It is returned
    as it was given, and as tools write it that wrap base64 again, at 64 characters. If they wrapped at 4: of the body
    "AAAA/BBBB/CC" both are "BBBB"; of "AAAAAA/BBBBCC" they are "AAAAAA" and "BBBB".
    """
    body = _CERTIFICATE.findall(certificate)[-1].split()
    text = base64.b64encode(base64.b64decode("".join(body))).decode()
    rewrapped = [text[start : start + _WIDTH] for start in range(0, len(text) - _WIDTH, _WIDTH)]
    return (body[-2] if len(body) > 1 else rewrapped[-1]), rewrapped[-1]


def _call(function: str, *arguments: object) -> str:
    return " ".join([function, *(quote(str(each)) for each in arguments)])


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
