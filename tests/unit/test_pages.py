"""The pages for people: links lead somewhere, commands are there, and errors are quoted as the program has them."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tasks.catalogue import TASKS
from tasks.docs.recording import PICTURE
from tasks.layout import HERE

SVG = "{http://www.w3.org/2000/svg}"
ROOT = HERE.checkout
PAGES = sorted(page for folder in (".", "docs", "template") for page in (ROOT / folder).glob("*.md"))
TROUBLE = (ROOT / "docs" / "trouble.md").read_text("utf-8")
TARGETS = {"help"} | {task.name for task in TASKS.values() if task.in_make}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sources() -> str:
    rooms = ("components", "providers", "registry_stack", "tasks")
    files = [path for room in rooms for kind in ("*.py", "*.sh") for path in (ROOT / room).rglob(kind)]
    return "\n".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        if target.startswith("https:"):
            continue
        there = page.parent / target if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    assert set(re.findall(r"(?:^|[`(])make (?:-s )?([a-z-]+)", text, re.MULTILINE)) <= TARGETS
    assert set(re.findall(r"python3? -m tasks ([a-z-]+)", text)) <= TASKS.keys()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_are_there(page: Path) -> None:
    """Files of the program, where a page names them without a link."""
    named = re.findall(
        r"`((?:components|providers|registry_stack|tasks|tests|docs|images|offline)/[\w./]+)`", page.read_text("utf-8")
    )
    assert [each for each in named if not (ROOT / each).exists()] == []


OWN = TROUBLE.partition("## registry-stack says")[2]


@pytest.mark.parametrize("error", re.findall(r"^- \*\*`(.+?)`\*\*", OWN, re.MULTILINE))
def test_errors_are_quoted_as_the_program_has_them(error: str) -> None:
    program = sources()
    assert [part for part in error.split("...") if part.strip() not in program] == []


def test_the_readme_quotes_the_recording() -> None:
    recorded = [
        "".join(text.itertext())
        for text in ElementTree.parse(ROOT / PICTURE).iter(f"{SVG}text")  # noqa: S314  # made here
    ]
    quoted = (ROOT / "README.md").read_text("utf-8").partition("```\n")[2].partition("```")[0].splitlines()
    assert {comparable(line) for line in quoted} - {comparable(line) for line in recorded} == {"..."}


def comparable(line: str) -> str:
    """A line without its blanks, of which the picture has some as places, and without what it took."""
    return re.sub(r"\s|[\d.]+s(?=\)|$)", "", line)


def test_the_readme_names_the_versions_that_are_needed() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pulumi = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))["requiredPulumiVersion"]
    assert f"[Python {project['requires-python'].removeprefix('>=')}+]" in readme
    assert f"[Pulumi {pulumi.removeprefix('>=').removesuffix('.0')}+]" in readme
    assert f"[version {project['version']}]" in readme
