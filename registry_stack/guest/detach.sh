# shellcheck shell=sh
# Starts WORK, a script, so that it goes on when the connection ends. address_changes.py sets what is in capitals; BEGIN takes
# what it needs of standard input.

if [ ! -e "/sys/class/net/$INTERFACE" ]; then
    echo "there is no interface $INTERFACE, but:" /sys/class/net/* | sed 's|/sys/class/net/||g' >&2
    exit 1
fi
umask 077
rm -rf "$STATE"
mkdir "$STATE"
eval "$BEGIN"
printf '%s\n' "$WORK" >"$STATE/work"
if [ -d /run/systemd/system ]; then
    # a session's own processes may end with it
    systemd-run --quiet --collect sh -c "sh $STATE/work >$STATE/log 2>&1"
else
    setsid sh -c "sh $STATE/work >$STATE/log 2>&1" >/dev/null 2>&1 </dev/null &
fi
