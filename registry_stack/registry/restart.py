"""Restarting the registry's container, so that it reads its files anew, while clients push and pull.

A connection that is delayed does not break a push, one that is refused does. So new connections are dropped on their
way in, and tried again by their clients' systems, until the registry listens again; those that are open come to their
end within `http.draintimeout` of the registry's configuration.
"""

from registry_stack.registry.configuration import DRAIN_SECONDS, PORT

CONTAINER = "registry"
LABEL = "registry-stack.starts-with"
"""The label of the container, which tells it from another's of that name."""
RESTARTED = "restarted"
"""What the script says if there was a container to restart."""

_SECONDS_TO_STOP = DRAIN_SECONDS + 2
_SECONDS_TO_LISTEN = 28
# no engine waits longer than 30 s for a connection, so nothing is won by turning it away any longer
_SECONDS_TURNED_AWAY = 30
_SCRIPT = """
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
container=$(docker ps --all --quiet --filter 'name=^{container}$' --filter 'label={label}') || exit 0
[ -n "$container" ] || exit 0

# mangle comes before the nat in which Docker hands the port on; OUTPUT is for clients on the machine itself
new_connections() {{
    iptables -w -t mangle "$1" "$2" -p tcp --dport {port} --syn -m addrtype --dst-type LOCAL -j DROP 2>/dev/null
}}
turn_away() {{
    for chain in PREROUTING OUTPUT; do new_connections -I $chain || true; done
}}
let_in() {{
    for chain in PREROUTING OUTPUT; do
        while new_connections -D $chain; do :; done
    done
}}
read -r begun _ </proc/uptime
passed() {{
    read -r now _ </proc/uptime
    [ $((${{now%.*}} - ${{begun%.*}})) -ge "$1" ]
}}
listens() {{
    pid=$(docker inspect --format '{{{{.State.Pid}}}}' "$container") || return 1
    cat "/proc/$pid/net/tcp6" "/proc/$pid/net/tcp" 2>/dev/null | grep -q ':{listening} [0-9A-F:]* 0A '
}}

trap 'kill $watchdog 2>/dev/null || true; let_in' EXIT
trap 'exit 1' HUP INT TERM PIPE
(trap '' HUP; until passed {turned_away}; do sleep 1; done; let_in) </dev/null >/dev/null 2>&1 &
watchdog=$!
let_in
turn_away
docker restart -t {stop} "$container" >/dev/null
until listens; do
    if passed {listen}; then
        docker logs --tail 5 "$container" >&2
        exit 1
    fi
    sleep 0.1 2>/dev/null || sleep 1
done
echo {restarted}
"""


def restart_gently(port: int) -> str:
    """The script that restarts the container, to whose registry the machine's `port` leads; run it as root.

    It says RESTARTED, or nothing if there is no container yet, and fails with the registry's last words if that does
    not listen again. Clients are let in again however the script ends: by its trap, or, if it is killed, by a process
    that outlives it. Without iptables the restart is done all the same.
    """
    return _SCRIPT.format(
        container=CONTAINER,
        label=LABEL,
        port=port,
        listening=f"{PORT:04X}",
        stop=_SECONDS_TO_STOP,
        listen=_SECONDS_TO_LISTEN,
        turned_away=_SECONDS_TURNED_AWAY,
        restarted=RESTARTED,
    )
