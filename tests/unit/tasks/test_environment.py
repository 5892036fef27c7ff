import hashlib
import json
from pathlib import Path

import pytest

from tasks.layout import Layout
from tasks.stack.environment import (
    addresses_in_stack_files,
    context_engine,
    keep_no_logs,
    prepare_state,
    pulumi_environment,
)

CHECKOUT = Layout(Path("/some where/checkout"), windows=False)


def test_the_projects_own_tools_and_state_are_used() -> None:
    environment = pulumi_environment(CHECKOUT, {"PATH": "/usr/bin:/bin", "HOME": "/home/me"})
    assert environment == {
        "PATH": "/some where/checkout/.tools/venv/bin:/some where/checkout/.tools/bin"
        ":/some where/checkout/.tools/pulumi/bin:/usr/bin:/bin",
        "HOME": "/home/me",
        "PULUMI_HOME": "/some where/checkout/.tools/pulumi-home",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_BACKEND_URL": "file:///some%20where/checkout/.state",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/some where/checkout/.state/passphrase",
        "GOGC": "400",
    }


def test_it_is_the_same_when_taken_twice() -> None:
    once = pulumi_environment(CHECKOUT, {"PATH": "/usr/bin"})
    assert pulumi_environment(CHECKOUT, once) == once


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_a_passphrase_of_the_users_own_stays(name: str) -> None:
    environment = pulumi_environment(CHECKOUT, {"PATH": "/bin", name: ""})
    assert {key: value for key, value in environment.items() if "PASSPHRASE" in key} == {name: ""}


def test_a_backend_of_the_users_own_stays() -> None:
    environment = pulumi_environment(CHECKOUT, {"PATH": "/bin", "PULUMI_BACKEND_URL": "s3://bucket"})
    assert environment["PULUMI_BACKEND_URL"] == "s3://bucket"


def test_what_python_compiles_is_kept() -> None:
    user = {"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    environment = pulumi_environment(CHECKOUT, user)
    assert {name for name in environment if name.startswith("PYTHON")} == {"PYTHONUNBUFFERED"}


@pytest.mark.parametrize("own", [True, False])
def test_plugins_from_elsewhere_are_kept_from_the_projects_own_language_host(own: bool) -> None:
    environment = pulumi_environment(CHECKOUT, {"PATH": "/bin"}, own_host=own)
    assert environment.get("PULUMI_IGNORE_AMBIENT_PLUGINS") == ("true" if own else None)


def test_what_means_another_engine_is_left_out() -> None:
    user = {
        "PATH": "/bin",
        "DOCKER_HOST": "unix:///run/user/1000/docker.sock",
        "DOCKER_CONTEXT": "other",
        "DOCKER_CERT_PATH": "/certs",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CONFIG": "/home/me/.docker",
    }
    environment = pulumi_environment(CHECKOUT, user)
    docker = {name: value for name, value in environment.items() if name.startswith("DOCKER_")}
    assert docker == {"DOCKER_HOST": "unix:///run/user/1000/docker.sock", "DOCKER_CONFIG": "/home/me/.docker"}


def test_the_engine_of_a_context_is_named_by_its_address() -> None:
    environment = pulumi_environment(CHECKOUT, {"PATH": "/bin", "DOCKER_CONTEXT": "mine"}, "unix:///mine.sock")
    assert environment["DOCKER_HOST"] == "unix:///mine.sock"
    assert "DOCKER_CONTEXT" not in environment


def test_no_proxy_is_asked_for_this_system_or_the_machines() -> None:
    user = {"PATH": "/bin", "https_proxy": "http://proxy:3128", "NO_PROXY": ".example"}
    environment = pulumi_environment(CHECKOUT, user, machines=["192.168.233.0/24"])
    assert environment["NO_PROXY"] == environment["no_proxy"] == ".example,localhost,127.0.0.1,::1,192.168.233.0/24"
    assert pulumi_environment(CHECKOUT, environment, machines=["192.168.233.0/24"]) == environment


def test_the_machines_are_those_of_all_stack_files(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.a.yaml").write_text(
        "config:\n  registry-stack:network:\n    subnet: 192.168.1.0/24  # not 10.9.8.7.6\n    gateway: '192.168.1.1'\n"
    )
    (tmp_path / "Pulumi.b.yaml").write_bytes(
        b'config: {"registry-stack:network": {subnet: "10.0.0.0/8"}, image: "a:1.2.3", x: 300.1.1.1, \xff}'
    )
    (tmp_path / "Pulumi.yaml").write_text("10.1.1.1")
    assert addresses_in_stack_files([tmp_path]) == ["10.0.0.0/8", "192.168.1.0/24", "192.168.1.1"]


def test_windows_has_other_names() -> None:
    layout = Layout(Path("/checkout"), windows=True)
    assert layout.python == Path("/checkout/.tools/venv/Scripts/python.exe")
    assert layout.executable("pulumi") == "pulumi.exe"


def _docker_folder(home: Path, current: str | None, **hosts: str) -> None:
    folder = home / ".docker"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"currentContext": current} if current else {}))
    for name, host in hosts.items():
        meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        meta.mkdir(parents=True)
        (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))


@pytest.mark.parametrize(
    ("current", "user", "engine"),
    [
        (None, {}, None),
        ("default", {}, None),
        ("mine", {}, "unix:///mine.sock"),
        ("mine", {"DOCKER_CONTEXT": "other"}, "unix:///other.sock"),
        ("mine", {"DOCKER_CONTEXT": "default"}, None),
        ("mine", {"DOCKER_CONTEXT": "unknown"}, None),
        ("mine", {"DOCKER_HOST": "unix:///host.sock"}, None),
    ],
)
def test_the_engine_of_the_current_context(
    tmp_path: Path, current: str | None, user: dict[str, str], engine: str | None
) -> None:
    _docker_folder(tmp_path, current, mine="unix:///mine.sock", other="unix:///other.sock")
    assert context_engine(user, tmp_path) == engine


def test_no_docker_client_was_ever_used(tmp_path: Path) -> None:
    assert context_engine({}, tmp_path) is None


def test_the_passphrase_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    prepare_state(layout)
    passphrase = layout.passphrase.read_text()
    assert len(passphrase.strip()) >= 32
    assert layout.passphrase.stat().st_mode & 0o777 == 0o600
    assert layout.state.stat().st_mode & 0o777 == 0o700
    prepare_state(layout)
    assert layout.passphrase.read_text() == passphrase


def test_pulumi_finds_no_folder_for_its_logs(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "pulumi-up.log").write_text("all that it did")
    keep_no_logs(tmp_path)
    keep_no_logs(tmp_path)
    with pytest.raises(FileExistsError):
        (tmp_path / "logs").mkdir(exist_ok=True)
    keep_no_logs(tmp_path / "no tools yet")
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]
