# shellcheck shell=sh
# Removes the registry's container and files from a host. removal.py sets what is in capitals; without DATA, the images
# that it holds stay.

if ids=$(docker ps --all --quiet --filter "name=^$CONTAINER\$" --filter "label=$LABEL" 2>&1); then
    # shellcheck disable=SC2086  # one word a container
    [ -z "$ids" ] || docker rm --force --volumes $ids >/dev/null
elif command -v docker >/dev/null; then
    echo "its Docker engine does not answer: $ids" >&2
    exit 1
fi
rm -rf "$FILES"
[ -z "$DATA" ] || rm -rf "$DATA"
# a folder that is another's as well has something else in it
rmdir "$PARENT" 2>/dev/null || true
