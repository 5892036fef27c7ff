# shellcheck shell=sh
# Makes a host of systemd that exists already fit for docker-machine, before that stops its engine. docker-machine takes
# any `docker` for Docker Engine, starts it as /usr/bin/dockerd, and writes the engine's key for all to read.
# Prints KNOWN if docker-machine has configured the engine before. generic.py sets what is in capitals.

[ -d /run/systemd/system ] || exit 0
[ -d /etc/docker ] || mkdir -m 755 /etc/docker
# docker-machine keeps the mode of a file that is there
[ -e "$KEY" ] || (umask 077; : >"$KEY")
chmod 600 "$KEY"
[ ! -e "$DROP_IN" ] || echo "$KNOWN"
command -v docker >/dev/null || exit 0 # docker-machine installs it

if ! dockerd=$(command -v dockerd); then
    echo "it has a docker command, $(command -v docker), but no dockerd: docker-machine needs Docker Engine, as a" \
        "package of the system's or Docker's. Remove that command, or install Docker Engine, then run \`pulumi up\` again" >&2
    exit 1
fi
# as Debian's own docker.io has it in /usr/sbin
[ -e /usr/bin/dockerd ] || ln -s "$dockerd" /usr/bin/dockerd
systemctl is-active --quiet docker && exit 0
# a service that has failed too often is not started again by docker-machine
systemctl daemon-reload
systemctl reset-failed docker.service docker.socket 2>/dev/null || true
if ! said=$(systemctl start docker 2>&1); then
    printf '%s\n' "its Docker Engine does not start: $said" >&2
    journalctl --no-pager --lines 5 --output cat --unit docker >&2 || true
    exit 1
fi
