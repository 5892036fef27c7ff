# shellcheck shell=sh
# Starts a host's engine that docker-machine has left stopped. generic.py sets what is in capitals; without DROP_IN, what
# docker-machine had configured before stays.

[ -d /run/systemd/system ] || exit 0
command -v dockerd >/dev/null || exit 0
start() {
    systemctl daemon-reload
    systemctl reset-failed docker.service docker.socket 2>/dev/null || true
    systemctl start docker
}
systemctl is-active --quiet docker || start || {
    [ -n "$DROP_IN" ] || exit 1
    rm -f "$DROP_IN"
    start
}
