# shellcheck shell=sh
# shellcheck disable=SC2329  # facts.py adds the calls
# A look at a client, by the shell's own means where they serve: it is taken with every refresh.

section() {
    echo "== $1"
}

# a file with its lines, of which the last may have no end
show() {
    section "$1"
    if [ -e "$2" ]; then
        while IFS= read -r line || [ -n "$line" ]; do printf '  %s\n' "$line"; done <"$2"
    fi
}

hashes() {
    section digests
    [ $# = 0 ] || sha256sum -- "$@" 2>/dev/null || true
}

folders() {
    section folders
    for each; do
        if [ -d "$each" ]; then echo "  $each"; fi
    done
}

# those of the files that are there without the line that marks them as this program's
foreign() {
    mark=$1
    shift
    section foreign
    for each; do
        if [ -e "$each" ] && ! grep -qxF "$mark" "$each"; then echo "  $each"; fi
    done
}

# a trust store that is there; with a digest, that it holds the certificate of which two ways to write a line follow
store() {
    if [ -e "$1" ]; then echo "  $1"; fi
}
holds() {
    if [ -e "$1" ] && grep -qF -e "$3" -e "$4" "$1"; then echo "  $1 $2"; fi
}
