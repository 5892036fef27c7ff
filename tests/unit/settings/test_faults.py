"""Settings that users and attackers have tried: each is used as it stands, or refused by name before anything is
touched."""

from typing import Any

import pytest

from registry_stack.settings import SettingsError, load
from tests.unit.settings.test_clients import HOST, HOST_KEY, client, host
from tests.unit.settings.test_settings import GOOD, configuration, registry, settings

GENERIC_OPTIONS = {"generic-ip-address": "10.0.0.7", "generic-ssh-key": "id"}
GENERIC = {"driver": "generic", "options": GENERIC_OPTIONS}
HALF = pytest.param("\ud800", id="half a character")
ECDSA_KEY = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXY"
    "mMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
)


def network(**changes: object) -> dict[str, Any]:
    return {**GOOD["network"], **changes}


def hook(**changes: object) -> list[dict[str, Any]]:
    return [{"name": "ci", "url": "https://ci.example/hook", **changes}]


def refusal(secrets: list[str] | None = None, text: dict[str, str] | None = None, **changes: object) -> str:
    """The only line of the error; `text` are settings as Pulumi hands them over."""
    config = {**configuration(**changes), **{f"registry-stack:{key}": value for key, value in (text or {}).items()}}
    with pytest.raises(SettingsError) as caught:
        load(config, "registry-stack", secrets=[f"registry-stack:{key}" for key in secrets or []])
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    return said.removeprefix("registry-stack:")


# network.interface


@pytest.mark.parametrize("name", ["eth0", "enp0s31f6", "eth0.100", "br-lan", "bond0", "_a", "enx001122334455"])
def test_an_interface(name: str) -> None:
    assert settings(network=network(interface=name)).network.interface == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "eth0; reboot", "$(reboot)", "eth0\n", "eth0 eth1", "a/b", "eth*", "eth0:1", "-a", ".", "..", "7", "all"),
        *("default", "a" * 16, "eth0\0", "ëth0", "eth%d", "[ipv4]", None, 0, True, ["eth0"]),
    ],
)
def test_what_is_no_interface_gets_into_no_script(text: object) -> None:
    assert "should be the name of a Linux network interface" in refusal(network=network(interface=text))


# registry.port


@pytest.mark.parametrize(("port", "by"), [(22, "its SSH server"), (2376, "its Docker engine")])
def test_a_port_that_the_machine_needs(port: int, by: str) -> None:
    line = refusal(registry=registry(port=port))
    assert line == f"registry.port is {port}: should be a port that is free: {by} has it"


def test_the_port_of_a_hosts_ssh_server_is_needed_where_it_is() -> None:
    machine = {**GENERIC, "options": {**GENERIC_OPTIONS, "generic-ssh-port": 443}}
    assert "registry.port is 443" in refusal(registry=registry(machine=machine))
    assert settings(registry=registry(machine=machine, port=22)).registry.port == 22


@pytest.mark.parametrize("port", [True, False, "443", 443.0, None, -1, 65536, [443]])
def test_what_is_no_port(port: object) -> None:
    assert refusal(registry=registry(port=port)).endswith("should be a port from 1 to 65535")


# registry.image

DIGEST = f"sha256:{'5f' * 32}"


@pytest.mark.parametrize(
    "image",
    [
        "registry",
        "registry:2",
        "library/registry:2.8.3",
        f"registry@{DIGEST}",
        f"registry:2@{DIGEST}",
        "docker.io/library/registry:2",
        "mirror.lan:5000/a/b__c/d--e.f:V_1.0-x",
        "MIRROR/registry:2",
        "localhost/registry",
        "127.0.0.1:5000/registry",
        "[2001:db8::1]:5000/registry:2",
    ],
)
def test_an_image(image: str) -> None:
    assert settings(registry=registry(image=image)).registry.image == image


@pytest.mark.parametrize(
    "image",
    [
        *(
            "",
            " ",
            "registry:",
            "registry@",
            ":2",
            "Registry:2",
            "lan:5000/Registry",
            "a b",
            "a//b",
            "/a",
            "a/",
            "a\n",
            "-a",
        ),
        *("registry:2:3", f"registry:{'a' * 129}", "registry@sha256:abc", f"registry@{DIGEST}0", "r@md5:" + "a" * 32),
        *(
            "https://lan/registry",
            "lan:0/r",
            "lan:99999/r",
            "[::1/r",
            "[:::]/r",
            "5f" * 32,
            DIGEST,
            "a" * 256,
            "$(reboot)",
        ),
        *("registry:2 --privileged", None, 2, ["registry:2"]),
    ],
)
def test_what_is_no_image(image: object) -> None:
    line = refusal(registry=registry(image=image))
    assert line.startswith("registry.image is ")
    assert "should be the name of an image, such as registry:2" in line


def test_an_image_that_is_handed_over_has_a_tag_in_the_end() -> None:
    assert "has no digest" in refusal(registry=registry(image=f"registry@{DIGEST}", imageFrom="workstation"))


@pytest.mark.parametrize("image", ["", "a b", "A:1"])
def test_what_is_no_image_of_a_container_machine(image: str) -> None:
    options = {"container-address": "192.168.233.9", "container-image": image}
    assert "machine.options.container-image is" in refusal(machine={"driver": "container", "options": options})


# notifications


@pytest.mark.parametrize(
    "url",
    [
        "http://ci",
        "HTTPS://CI.example:8443/a%20b?c=d#e",
        "https://user:p%40ss@ci.example/",
        "http://10.0.0.1:80",
        "http://[2001:db8::1]:8080/hook",
        "http://my_ci.lan./hook",
        "https://ci/ümlaut",
    ],
)
def test_a_webhook(url: str) -> None:
    assert settings(notifications=hook(url=url)).notifications[0].url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://", "it has no host"),
        ("http://:80/x", "its host is neither a DNS name nor an address"),
        ("http://a b/c", "it has a space in it, or a character that can't be printed"),
        ("http://ci/a b", "it has a space in it, or a character that can't be printed"),
        ("http://ci\n", "it has a space in it, or a character that can't be printed"),
        ("http://ci/\0", "it has a NUL or half of a character in it"),
        ("http://ci:99999/hook", "its port is not one from 1 to 65535"),
        ("http://ci:0/hook", "its port is not one from 1 to 65535"),
        ("http://ci:/hook", "its port is not one from 1 to 65535"),
        ("http://ci:http/hook", "its port is not one from 1 to 65535"),
        ("http://u:s3cret@ci:99999", "its port is not one from 1 to 65535"),
        ("http://u:s3cret@", "it has no host"),
        ("http://u:s3cret/@ci", "its port is not one from 1 to 65535"),
        ("http://u:s3 cret@ci", "it has a space in it, or a character that can't be printed"),
        ("http://u:s3^cret@ci", "its user or password has a character that should be percent-encoded"),
        ("http://ci/%zz", "after each % in it two hexadecimal digits should follow"),
        ("http://[::1", "its host is neither a DNS name nor an address"),
        ("http://300.0.0.1/", "its host is neither a DNS name nor an address"),
        ("http://-ci/", "its host is neither a DNS name nor an address"),
        ("//s3cret@ci", "it should begin with http:// or https://"),
        ("htps://u:s3cret@ci/hook", "it should begin with http:// or https://"),
        ("s3cret", "it should begin with http:// or https://"),
    ],
)
def test_what_is_no_webhook(url: str, why: str) -> None:
    line = refusal(notifications=hook(url=url))
    assert line == f"notifications[0].url is (hidden): should be a URL such as https://ci.example/hook: {why}"


@pytest.mark.parametrize("value", ["a\r\nEvil: b", "a\nb", "a\r", "a\0", "a\x7f", HALF])
def test_a_header_is_one_line(value: str) -> None:
    line = refusal(notifications=hook(headers={"Authorization": ["Bearer x", value]}))
    assert line.startswith("notifications[0].headers.Authorization[1] is (hidden): should be text in one line")


@pytest.mark.parametrize("name", ["", " ", "a\n", "\0", " ci", 1, None])
def test_what_is_no_name_of_a_webhook(name: object) -> None:
    assert "notifications[0].name is " in refusal(notifications=hook(name=name))


def test_two_webhooks_of_one_name_would_get_the_same_headers() -> None:
    line = refusal(notifications=[*hook(), *hook()])
    assert line == "notifications[1].name is 'ci': should be a unique name: notifications[0] has it already"


# dockerMachine


@pytest.mark.parametrize(
    ("storage", "why"),
    [
        ("", ""),
        (" ", ""),
        (".", ": a folder with other files in it is not one for docker-machine alone"),
        ("./", ": a folder with other files in it is not one for docker-machine alone"),
        ("~", ": a folder with other files in it is not one for docker-machine alone"),
        ("/", ": a folder with other files in it is not one for docker-machine alone"),
        ("~nosuchuser", ": the home folder of ~nosuchuser is not known"),
        ("~nosuchuser/machines", ": the home folder of ~nosuchuser is not known"),
        ("a\0b", ": it has a NUL or half of a character in it"),
        ("a\nb", ""),
        (5, ""),
        (True, ""),
        (["a"], ""),
    ],
)
def test_what_is_no_storage_folder(storage: object, why: str) -> None:
    line = refusal(dockerMachine={"storage": storage})
    assert line.startswith("dockerMachine.storage is ")
    assert line.endswith(f": should be the path of a folder{why}")


def test_a_command_of_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    read = settings(dockerMachine={"command": "~/bin/docker-machine", "storage": "~/machines"}).docker_machine
    assert (read.executable, str(read.storage_folder)) == ("/home/me/bin/docker-machine", "/home/me/machines")
    assert settings().docker_machine.executable == "docker-machine"


@pytest.mark.parametrize("command", ["", " ", "a\0", "~nosuchuser/docker-machine", 1, None])
def test_what_is_no_command(command: object) -> None:
    assert "dockerMachine.command is " in refusal(dockerMachine={"command": command})


@pytest.mark.parametrize("value", [True, "600", 600.0, 29, 7201, None, "NaN", [600]])
def test_what_is_no_deadline(value: object) -> None:
    assert "should be a whole number from 30 to 7200" in refusal(dockerMachine={"deadline": value})


@pytest.mark.parametrize("value", ["yes", "true", 1, None, []])
def test_what_is_neither_true_nor_false(value: object) -> None:
    assert "adopt is" in refusal(machine={"driver": "hyperv", "adopt": value})
    assert "registry.delete is" in refusal(registry=registry(delete=value))


# host keys, users and addresses of hosts


@pytest.mark.parametrize("key", [HOST_KEY, ECDSA_KEY])
@pytest.mark.parametrize("end", ["", " root@rack1", " a comment of some words", "\n", " root@rack1\n"])
def test_a_host_key_line_with_its_comment(key: str, end: str) -> None:
    first = settings(**host(hostKey=key + end)).clients[0].host
    assert first is not None
    assert first.host_key == key


@pytest.mark.parametrize("key", [HOST_KEY, ECDSA_KEY])
@pytest.mark.parametrize("cut", [4, 8, 20, 40])
def test_a_host_key_that_is_cut_short(key: str, cut: int) -> None:
    short = key[:-cut]
    line = refusal(**host(hostKey=short))
    assert line.startswith(
        "clients[0].host.hostKey is 'ssh-ed25519 " if "ed25519" in key else "clients[0].host.hostKey"
    )
    assert "should be an SSH host key as in known_hosts" in line


def test_a_host_key_with_more_behind_it() -> None:
    assert "cut short, or not of that type" in refusal(**host(hostKey=HOST_KEY + "AAAA"))


def test_a_host_key_that_is_no_point_of_its_curve() -> None:
    assert "cut short, or not of that type" in refusal(**host(hostKey=ECDSA_KEY.replace("GsX0", "GsX1")))


def test_the_host_in_front_of_a_host_key() -> None:
    line = refusal(**host(hostKey=f"rack1 {HOST_KEY}"))
    assert line.endswith(": the host in front of the key should be left out")


@pytest.mark.parametrize("user", ["admin@corp.example", "CORP\\admin", "1042ops", "svc$", "jörg", "a.b-c_d", "root"])
def test_a_user(user: str) -> None:
    assert settings(**host(user=user)).clients


@pytest.mark.parametrize(
    "user", ["", "-l", "a b", "a;b", "a'b", "`id`", "a|b", "$(id)", "a\n", "a\0", "a\\", "a" * 256, 7]
)
def test_what_is_no_user(user: object) -> None:
    assert "should be the name of a user on that host" in refusal(**host(user=user))


@pytest.mark.parametrize(
    "address", ["RACK1.Lan", "rack_1", "fd00::7", "FE80::1%eth0", "rack1.lan.", "_a.b", "10.0.0.7"]
)
def test_the_address_of_a_host(address: str) -> None:
    assert settings(**host(address=address)).clients


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            " ",
            "a b",
            "[::1]",
            "::1%",
            "::1%e;x",
            "1.2.3",
            "0x7f",
            "-oProxyCommand=id",
            "a..b",
            "a\n",
            "*",
            "a/b",
            "ä",
            1,
        ),
        *("a" * 64, ".".join(["a" * 63] * 4), "10.0.0.1%eth0"),
    ],
)
def test_what_is_no_address_of_a_host(address: object) -> None:
    assert "should be a DNS name, an IPv4 address or an IPv6 address" in refusal(**host(address=address))


@pytest.mark.parametrize(
    ("user", "address", "url"),
    [
        ("admin", "10.0.0.7", "ssh://admin@10.0.0.7:22"),
        ("admin@corp.example", "Rack_1", "ssh://admin%40corp.example@Rack_1:22"),
        ("CORP\\admin", "fd00::7", "ssh://CORP%5Cadmin@[fd00::7]:22"),
        ("svc$", "fe80::1%eth0", "ssh://svc%24@[fe80::1%25eth0]:22"),
    ],
)
def test_a_host_as_others_are_told_of_it(user: str, address: str, url: str) -> None:
    read = settings(**host(user=user, address=address)).clients[0].host
    assert read is not None
    assert read.ssh_url == url


# subnets and addresses


@pytest.mark.parametrize(
    "subnet",
    [
        *("0.0.0.0/0", "127.0.0.0/8", "127.1.0.0/16", "224.0.0.0/4", "239.1.0.0/16", "240.0.0.0/8", "255.255.255.0/24"),
        *("169.254.0.0/16", "0.0.0.0/8", "10.0.0.0/7", "192.168.233.0/31", "192.168.233.3/32", "192.168.233.0"),
        *(
            "192.168.233.1/24",
            "192.168.233.0/255.255.255.0",
            "192.168.233.0/0.0.0.255",
            "192.168.233.0/024",
            "::/64",
            "",
        ),
        *("192.168.233.0/24 ", 3232295168, True, None, ["192.168.233.0", 24]),
    ],
)
def test_what_is_no_subnet(subnet: object) -> None:
    line = refusal(network=network(subnet=subnet))
    assert line.startswith("network.subnet is ")
    assert "should be an IPv4 subnet with its prefix and without host bits, such as 192.168.233.0/24" in line


def test_a_subnet_with_host_bits_is_told_the_right_one() -> None:
    assert refusal(network=network(subnet="192.168.233.7/24")).endswith(": this one is 192.168.233.0/24")


@pytest.mark.parametrize(
    "address", [3232295171, True, "192.168.233.03", "192.168.233.3/24", " 192.168.233.3", "::1", []]
)
def test_what_is_no_address(address: object) -> None:
    assert "should be an IPv4 address, such as" in refusal(registry=registry(address=address))
    assert "should be an IPv4 address, such as" in refusal(network=network(gateway=address))
    assert "network.nameservers[0] is" in refusal(network=network(nameservers=[address]))


def test_name_servers() -> None:
    given = settings(network=network(nameservers=["192.168.233.2", "1.1.1.1"])).network.nameservers
    assert [str(each) for each in given] == ["192.168.233.2", "1.1.1.1"]
    assert settings().network.nameservers == ()
    assert "network.nameservers[0] is '0.0.0.0'" in refusal(network=network(nameservers=["0.0.0.0"]))  # noqa: S104
    assert refusal(network=network(nameservers="1.1.1.1")) == "network.nameservers is text: should be a list"


# names


def test_a_machines_name_is_a_host_name() -> None:
    longest = f"{'a' * 32}.{'b' * 31}"
    assert settings(clients=[{"name": longest}], registry=registry(name=f"{longest[:-1]}c")).clients
    assert f"clients[0].name is '{longest}b': should be a name of at most 64" in refusal(
        clients=[{"name": f"{longest}b"}]
    )
    assert "registry.name is" in refusal(registry=registry(name=f"{longest}b"))
    assert settings(**client(name=f"{longest}b")).clients, "a host has a name already"


def test_a_whole_name_has_at_most_253_letters() -> None:
    domain = ".".join(["a" * 60] * 4)
    assert len(settings(registry=registry(domain=domain)).registry.reference) == 253
    assert "registry.domain is" in refusal(registry=registry(domain=f"{domain}a"))
    assert "registry.domain is" in refusal(registry=registry(domain=domain, port=5000))
    assert "registry.domain is" in refusal(registry=registry(domain=".".join(["a" * 63] * 4)))


@pytest.mark.parametrize("name", ["localhost", "7", "0x7f", "10.7", "Registry0", "a_b", "*.lan", "a.", "", None])
def test_what_is_no_name_of_a_registry(name: object) -> None:
    assert "registry.name is" in refusal(registry=registry(name=name))


def test_other_names_of_the_registry() -> None:
    given = ["registry.lan", "10.0.0.7", "2001:DB8:0::1"]
    assert settings(registry=registry(alsoKnownAs=given)).registry.also_known_as == (*given[:2], "2001:db8::1")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("*.lan", "an engine trusts a registry by its whole name, so a wildcard would be of no use"),
        ("localhost", "localhost is another machine for each engine"),
        ("127.0.0.1", "no other machine can reach the registry at it"),
        ("::1", "no other machine can reach the registry at it"),
        ("::", "no other machine can reach the registry at it"),
        ("ff02::1", "no other machine can reach the registry at it"),
        ("224.0.0.1", "no other machine can reach the registry at it"),
        ("fe80::1", "a link-local IPv6 address needs a zone, which no certificate has"),
        ("::ffff:10.0.0.7", "this one is 10.0.0.7"),
    ],
)
def test_what_engines_can_not_know_the_registry_as(name: str, why: str) -> None:
    line = refusal(registry=registry(alsoKnownAs=["registry.lan", name]))
    assert line.startswith(f"registry.alsoKnownAs[1] is '{name}': should be a DNS name in lower case")
    assert line.endswith(f": {why}")


# machines and hosts that get in each other's way


def test_the_registrys_own_machine_can_be_a_client() -> None:
    by_name = settings(clients=[{"name": "registry0", "trust": "system"}, {"name": "a"}])
    assert list(by_name.machines) == ["registry0", "a"]
    assert [by_name.is_registry(each) for each in by_name.clients] == [True, False]
    by_address = settings(**host(address="192.168.233.3"))
    assert by_address.is_registry(by_address.clients[0])


def test_the_registrys_own_machine_is_one_client() -> None:
    twice = [{"name": "registry0"}, {"name": "b", "host": {**HOST, "address": "192.168.233.3"}}]
    line = refusal(clients=twice)
    assert line == "clients[1].host.address is '192.168.233.3': should be a host of its own: registry0 has that address"


@pytest.mark.parametrize("more", [{"machine": {"driver": "hyperv"}}, {"host": HOST}])
def test_the_registrys_own_machine_is_set_up_in_one_place(more: dict[str, Any]) -> None:
    assert refusal(clients=[{"name": "registry0", **more}]).startswith(
        "clients[0].name is 'registry0': should be a uni"
    )


def test_two_clients_on_one_generic_host() -> None:
    line = refusal(clients=[{"name": name, "machine": GENERIC} for name in "ab"])
    key = "clients[1].machine.options.generic-ip-address"
    assert line == f"{key} is '10.0.0.7': should be a host of its own for b: a has that address"


def test_a_client_on_the_registrys_generic_host() -> None:
    line = refusal(machine=GENERIC, clients=[{"name": "a"}])
    assert line.startswith(
        "machine.options.generic-ip-address is '10.0.0.7': should be a host of its own for a: registry0"
    )
    assert settings(machine=GENERIC, clients=[{"name": "a", "host": {**HOST, "address": "10.0.0.7"}}]).clients


@pytest.mark.parametrize(("one", "other"), [("Rack1.lan", "rack1.LAN."), ("fd00::7", "FD00:0::7"), ("10.0.0.7",) * 2])
def test_one_host_by_two_spellings(one: str, other: str) -> None:
    clients = [{"name": name, "host": {**HOST, "address": address}} for name, address in (("a", one), ("b", other))]
    assert refusal(clients=clients).startswith(f"clients[1].host.address is '{other}': should be a host of its own: a ")


def test_a_host_that_is_a_client_by_docker_machine_too() -> None:
    clients = [{"name": "a", "machine": GENERIC}, {"name": "b", "host": {**HOST, "address": "10.0.0.7"}}]
    assert "clients[1].host.address is '10.0.0.7'" in refusal(clients=clients)
    elsewhere = [clients[0], {"name": "b", "host": {**HOST, "address": "10.0.0.7", "port": 2222}}]
    assert settings(clients=elsewhere).clients, "two ports of one address lead to two hosts"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("generic-ip-address", ""),
        ("generic-ip-address", True),
        ("generic-ip-address", "a b"),
        ("generic-ssh-port", "ssh"),
        ("generic-ssh-port", 0),
        ("generic-ssh-user", "-l"),
        ("generic-ssh-key", ""),
        ("generic-ssh-key", "~nosuchuser/id"),
        ("generic-engine-port", 2377),
    ],
)
def test_an_option_that_this_program_could_not_use(option: str, value: object) -> None:
    options = {**GENERIC_OPTIONS, option: value}
    assert f"machine.options.{option} is {value!r}: should be" in refusal(machine={**GENERIC, "options": options})


# what can't be read


@pytest.mark.parametrize("depth", [900, 90_000])
@pytest.mark.parametrize("key", ["clients", "machine", "notifications", "certificates", "hostsFile"])
def test_json_that_is_nested_deeply(key: str, depth: int) -> None:
    assert refusal(text={key: "[" * depth + "]" * depth}).startswith(key)
    assert refusal(text={key: '{"a":' * depth + "1" + "}" * depth}).startswith(key)


BROKEN = [
    r"[{\"name\": \"ci\", \"url\": \"https://u:s3cret@ci\"}]",
    "[{name:ci,url:https://u:s3cret@ci}]",
    '[\n  {"name": "ci", "headers": {"Authorization": ["Bearer s3cret"]}},\n]',
    '{"name": "s3cret"',
    "s3cret",
    '"s3cret"',
    '["s3cret"]',
    '{"s3cret": 1}',
    '{"Authorization: Bearer s3cret": []}',
    '[{"s3cret": 1}]',
    "[s3cret",
    "7",
    '[{"name": "ci", "url": "htps://u:s3cret@ci"}]',
    '[{"name": "ci", "url": ["https://u:s3cret@ci"]}]',
    '[{"name": "ci", "url": "https://ci", "headers": "s3cret"}]',
    '[{"name": "ci", "url": "https://ci", "headers": {"Authorization: Bearer s3cret": []}}]',
    '[{"name": "ci", "url": "https://ci", "headers": {"s3cret": null}}]',
    '[{"name": "ci", "url": "https://ci", "s3cret": null}]',
    '{"options": {"s3cret": {}}}',
    '{"options": {"amazonec2-secret-key=s3cret": true}}',
    '{"options": {"amazonec2-secret-key": {"a": "s3cret"}}}',
    '{"options": {"amazonec2-secret-key": ["s3cret", 1]}}',
    '{"options": "s3cret"}',
    '{"driver": "container", "options": {"amazonec2-secret-key": "s3cret"}}',
    '{"authorities": [{"passphrase": ["s3cret"]}]}',
    '{"authorities": [{"passphrase": "s3cret"}]}',
    '{"authorities": [{"s3cret": "s3cret"}]}',
    '{"authorities": ["s3cret"]}',
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("key", ["notifications", "machine", "certificates"])
def test_no_error_shows_what_may_be_a_secret(key: str, text: str) -> None:
    config = {**configuration(), f"registry-stack:{key}": text}
    with pytest.raises(SettingsError) as caught:
        load(config, "registry-stack")
    assert "s3cret" not in str(caught.value)
    assert key in str(caught.value)


@pytest.mark.parametrize(
    "text", [r"[{\"name\": \"s3cret\"}]", "s3cret", '["s3cret"]', '{"s3cret", 1}', "[s3cret", '"s3cret"']
)
@pytest.mark.parametrize("key", ["clients", "registry", "network", "dockerMachine"])
def test_no_error_shows_what_is_text_in_place_of_a_list_or_a_mapping(key: str, text: str) -> None:
    config = {**configuration(), f"registry-stack:{key}": text}
    with pytest.raises(SettingsError) as caught:
        load(config, "registry-stack")
    assert str(caught.value).startswith(f"registry-stack:{key}")
    assert "s3cret" not in str(caught.value)


def test_where_json_is_broken() -> None:
    assert refusal(text={"notifications": r"[{\"name\": \"ci\"}]"}) == (
        "notifications is text: should be a list; the text is not valid JSON: "
        "Expecting property name enclosed in double quotes in line 1, column 3"
    )
    assert "in line 3, column 1" in refusal(text={"notifications": '[\n  {"name": "ci"},\n]'})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("certificates", {"validFor": "s3cret"}),
        ("certificates", {"authorities": [{"name": "s3cret!"}]}),
        ("registry", {"address": "s3cret"}),
        ("machine", {"driver": "s3cret"}),
        ("machine", {"s3cret": 1}),
        ("hostsFile", "s3cret"),
        ("network", {"subnet": "192.168.233.0/24", "gateway": "192.168.233.2", "interface": "s3cret!"}),
        ("clients", [{"name": "s3cret!"}]),
        ("clients", [{"name": "a", "scret": 1}]),
        ("clients", [{"name": "a", "hunter": 1}]),
    ],
)
def test_no_value_that_was_set_as_a_secret_is_shown(key: str, value: object) -> None:
    line = refusal([key], None, **{key: value})
    assert "s3cret" not in line
    assert "hunter" not in line
    assert line.startswith(key)


@pytest.mark.parametrize("text", ["https://u:s3cret@lan/registry", "u:s3cret@lan/registry", "-----BEGIN s3cret"])
def test_a_secret_in_a_wrong_place(text: str) -> None:
    assert "s3cret" not in refusal(registry=registry(image=text))
    assert "s3cret" not in refusal(**host(address=text))


def test_the_body_of_a_private_key_in_a_wrong_place() -> None:
    body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
    assert body not in refusal(**host(hostKey=body))


def test_a_long_value_is_cut() -> None:
    assert len(refusal(registry=registry(image="A" * 5000))) < 500
    assert len(refusal(dockerMachine={"deadline": int("9" * 4000)})) < 500


def test_an_unknown_key_is_one_line() -> None:
    assert refusal(network=network(**{"a\nregistry-stack:b is 'c'": 1})).startswith(
        "network.(hidden) is unknown: known"
    )


def test_no_message_speaks_of_python() -> None:
    things: list[object] = [5, [], {}]
    for storage in things:
        assert "class" not in refusal(dockerMachine={"storage": storage})
    assert "registry.address" not in refusal(network=network(subnet="192.168.233.0"))


def test_an_empty_configuration_names_what_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, "registry-stack")
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == [
        "registry is missing",
        "network is missing",
    ]
