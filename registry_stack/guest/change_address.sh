# shellcheck shell=sh
# Changes the address of an interface while nobody is connected: the connection would break. address_changes.py sets what is in
# capitals, and defines leave, install, remove and apply, which are the guest's own. Standard output goes to a file.
#
# Somebody has to come to the new address, and confirm it, or the old one is back after SECONDS.

cd "$STATE" || exit 1

go_back() {
    leave
    remove
    apply
}

# in a condition it would go on after a failure
(set -e; leave; install <document; apply) &
wait "$!" || {
    go_back || true
    echo refused >ended
    exit 1
}
passed=0
until [ -e confirmed ]; do
    if [ "$passed" -ge "$SECONDS_TO_CONFIRM" ]; then
        go_back || true
        echo unconfirmed >ended
        exit 1
    fi
    sleep 1
    passed=$((passed + 1))
done
cd /
rm -rf "$STATE"
