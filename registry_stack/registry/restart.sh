# shellcheck shell=sh
# Restarts the registry's container while clients push and pull. restart.py says why, and sets what is in capitals.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
id=$(docker ps --all --quiet --filter "name=^$CONTAINER\$" --filter "label=$LABEL") || exit 0
[ -n "$id" ] || exit 0
# where the container really is: its port in the settings may be another one by now
port=$(docker inspect --format '{{range .HostConfig.PortBindings}}{{(index . 0).HostPort}}{{end}}' "$id")

# mangle comes before the nat in which Docker hands the port on; OUTPUT is for clients on the machine itself
new_connections() {
    iptables -w -t mangle "$1" "$2" -p tcp --dport "$port" --syn \
        -m addrtype --dst-type LOCAL -j DROP 2>/dev/null
}
turn_away() {
    for chain in PREROUTING OUTPUT; do new_connections -I $chain || true; done
}
let_in() {
    for chain in PREROUTING OUTPUT; do
        while new_connections -D $chain; do :; done
    done
}
read -r begun _ </proc/uptime
passed() {
    read -r now _ </proc/uptime
    [ $((${now%.*} - ${begun%.*})) -ge "$1" ]
}
listens() {
    pid=$(docker inspect --format '{{.State.Pid}}' "$id") || return 1
    cat "/proc/$pid/net/tcp6" "/proc/$pid/net/tcp" 2>/dev/null | grep -q ":$PORT_IN_HEXADECIMAL [0-9A-F:]* 0A "
}

trap 'kill $watchdog 2>/dev/null || true; let_in' EXIT
trap 'exit 1' HUP INT TERM PIPE
(trap '' HUP; until passed "$SECONDS_TURNED_AWAY"; do sleep 1; done; let_in) </dev/null >/dev/null 2>&1 &
watchdog=$!
let_in
turn_away
docker restart -t "$SECONDS_TO_STOP" "$id" >/dev/null
until listens; do
    if passed "$SECONDS_TO_LISTEN"; then
        docker logs --tail 5 "$id" >&2
        exit 1
    fi
    sleep 0.1 2>/dev/null || sleep 1
done
echo "$RESTARTED $port"
