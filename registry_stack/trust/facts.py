"""A look at a client: the script that prints how it is, and what that says."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from shlex import quote

from registry_stack.common.hashing import sha256_of_text
from registry_stack.guest.boot2docker import BOOTSYNC
from registry_stack.guest.systems import SYSTEMS, System
from registry_stack.trust.desired import MARK, DesiredTrust

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_WIDTH = 64
# the shell's own means: this runs with every refresh; the last line may have no end
_SHOW = (
    'show() { echo "== $1"; if [ -e "$2" ]; then '
    'while IFS= read -r line || [ -n "$line" ]; do printf \'  %s\\n\' "$line"; done <"$2"; fi; }'
)


@dataclass(frozen=True)
class Facts:
    """How a client is: its os-release, hosts file and bootsync.sh as text, empty where there is none.

    `digests` has the SHA-256 of each file that is there, `folders` those that are, `foreign` the files at places of
    this program's that are not marked as its own. `stores` has, for each trust store that is there as one file, the
    digests of the anchors that it holds.
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
    """The script that looks at all that trust may concern; as on any system, where it is not known yet."""
    systems = [system] if system else [None, *SYSTEMS.values()]
    files = [path for each in systems for path in desired.files(each)]
    folders = sorted({folder for file in files for folder in file.parents})
    marked = [path for path in files if path.name == desired.engine.named]
    stores = sorted({each.bundle for each in systems if each and desired.system_wide})
    return "\n".join(
        [
            _SHOW,
            "show os-release /etc/os-release",
            "show hosts /etc/hosts",
            f"show bootsync {BOOTSYNC}",
            "echo '== digests'",
            f"sha256sum -- {_quoted(files)} 2>/dev/null || true" if files else "",
            "echo '== folders'",
            f'for each in {_quoted(folders)}; do if [ -d "$each" ]; then echo "  $each"; fi; done',
            "echo '== foreign'",
            *(
                f"if [ -e {quote(path)} ] && ! grep -qxF '{MARK}' {quote(path)}; then echo '  '{quote(path)}; fi"
                for path in map(str, marked)
            ),
            "echo '== stores'",
            *(line for store in stores for line in _search_store(str(store), desired.texts)),
        ]
    )


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _search_store(store: str, anchors: Mapping[str, str]) -> list[str]:
    """Whether a bundle has the anchors: by a line of each, since its comments and its order are the tool's."""
    lines = [
        f"  grep -qF {_patterns(text)} {store} && echo '  {store} {sha256_of_text(text)}'" for text in anchors.values()
    ]
    return [f"if [ -e {store} ]; then echo '  {store}'", *(f"{line} || true" for line in lines), "fi"]


def _patterns(anchor: str) -> str:
    """A line that no other certificate has, of its signature; and the same as tools write it that do so anew."""
    body = _CERTIFICATE.findall(anchor)[-1].split()
    anew = base64.b64encode(base64.b64decode("".join(body))).decode()
    rewrapped = [anew[start : start + _WIDTH] for start in range(0, len(anew) - _WIDTH, _WIDTH)]
    return " ".join(f"-e {line}" for line in dict.fromkeys((*body[-2:-1], rewrapped[-1])))


def _quoted(paths: list[PurePosixPath]) -> str:
    return " ".join(quote(str(path)) for path in paths)
