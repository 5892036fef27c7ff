"""Files, folders and programs in settings. A path may begin with ~ or ~user, as a shell writes home folders."""

from pathlib import Path
from typing import Annotated, Any

from registry_stack.settings.kinds import Kind, Unfit, plain_text

_TEXT = {"type": "string", "pattern": r"\S"}


def with_home(path: str) -> Path:
    """The path with its home folder in place of the ~. Raises Unfit if there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise Unfit(f"the home folder of {Path(path).parts[0]} is not known") from None


def spelled_out(path: str) -> str:
    """The path as programs take it that know no ~; any other stays as it is, to the letter."""
    return str(with_home(path)) if path.startswith("~") else path


def _read_path(value: Any) -> str:
    path = plain_text(value)
    if not path.strip() or not path.isprintable():
        raise ValueError
    with_home(path)
    return path


def _read_key_file(value: Any) -> str:
    if "PRIVATE KEY" in plain_text(value):
        raise ValueError
    return _read_path(value)


def _read_storage(value: Any) -> Path:
    path = with_home(_read_path(value))
    folder = (Path.cwd() / path).resolve()
    if folder in (Path.cwd().resolve(), Path.home().resolve(), Path(folder.anchor)):
        raise Unfit("a folder with other files in it is not one for docker-machine alone")
    return Path(value)


KeyFile = Annotated[
    str,
    Kind(
        _read_key_file,
        "the path of a private key's file, not the key itself",
        {"type": "string", "pattern": r"^(?!.*PRIVATE KEY).*\S.*$"},
    ),
]
ProgramName = Annotated[str, Kind(_read_path, "the name or the path of a program", _TEXT)]
Folder = Annotated[Path, Kind(_read_storage, "the path of a folder", _TEXT)]
