# shellcheck shell=sh
# On a Boot2Docker, starts an engine that does not listen. boot2docker.py sets what is in capitals.

grep -q '^ID=boot2docker' /etc/os-release || exit 0
if netstat -ltn | grep -q ':2376 '; then exit 0; fi
/etc/init.d/docker stop || true
rm -f "$PERSISTENT/profile" "$PERSISTENT/ca.pem" "$PERSISTENT/server.pem"
# the key's file stays, because docker-machine keeps the mode of one that exists
: >"$PERSISTENT/server-key.pem"
/etc/init.d/docker start
