# shellcheck shell=sh
# Files that others use as well are changed as a whole or not at all. What should be in one is written beside it first,
# and measured: a tool that has met a full disk may end as if nothing was wrong, as busybox's sed does.

LC_ALL=C
export LC_ALL

# the size of a file, of none that is not there
size() {
    if [ -e "$1" ]; then echo $(($(wc -c <"$1"))); else echo 0; fi
}

fail() {
    echo "$*" >&2
    exit 1
}

# a file that was written beside another one has that many bytes
measured() {
    [ "$(size "$1")" = "$2" ] || fail "$1 can't be written as a whole (is the disk full?), so nothing was changed"
}
