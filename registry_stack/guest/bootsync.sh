# shellcheck shell=sh
# Takes a block out of bootsync.sh, whose other lines stay as they are, or puts another one there, from standard input.
# boot2docker.py sets what is in capitals; ACTION is install or remove.

[ -e "$BOOTSYNC" ] || echo '#!/bin/sh' >"$BOOTSYNC"
{
    # the echo ends a last line that has no end; the empty line that it adds otherwise is removed again
    { cat "$BOOTSYNC"; echo; } | sed "/^# >>> $BLOCK\$/,/^# <<< $BLOCK\$/d; \${/^\$/d;}"
    [ "$ACTION" = remove ] || cat
} >"$BOOTSYNC.new"
chmod 755 "$BOOTSYNC.new"
mv "$BOOTSYNC.new" "$BOOTSYNC"
if [ "$ACTION" = remove ] && [ "$(cat "$BOOTSYNC")" = '#!/bin/sh' ]; then rm "$BOOTSYNC"; fi
