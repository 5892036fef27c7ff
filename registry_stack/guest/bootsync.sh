# shellcheck shell=sh
# Blocks of bootsync.sh, between markers with their names. boot2docker.py sets BOOTSYNC and loads whole.sh before it.
#
# A block stands before the first command of others: behind one that ends the script, or fails under `set -e`, it would
# never be reached.

# the lines of the blocks with the names $2..., as commands for sed. If a marker was lost, it is the other one, and next
# to that the lines of the block that are known from $1.
find_blocks() {
    known=$1
    shift
    [ ! -e "$BOOTSYNC" ] || KNOWN=$known NAMES=$(printf '%s\n' "$@") awk '
        BEGIN {
            count = split(ENVIRON["KNOWN"], lines, "\n")
            for (i = 1; i <= count; i++) own[lines[i]] = 1
            count = split(ENVIRON["NAMES"], names, "\n")
            for (i = 1; i <= count; i++) { begins["# >>> " names[i]] = names[i]; ends["# <<< " names[i]] = names[i] }
        }
        { sub(/[ \t\r]+$/, ""); text[NR] = $0 }
        END {
            free = 1
            for (i = 1; i <= NR; i++) {
                first = last = i
                if (text[i] in begins) {
                    for (j = i + 1; j <= NR && text[j] !~ /^# (>>>|<<<) /; j++) ;
                    if (text[j] in ends && ends[text[j]] == begins[text[i]]) last = j
                    else while (last < NR && text[last + 1] in own) last++
                } else if (text[i] in ends) {
                    while (first > free && text[first - 1] in own) first--
                } else continue
                print first "," last "d"
                free = last + 1
                i = last
            }
        }
    ' "$BOOTSYNC"
}

# writes beside bootsync.sh what it should be: without the blocks of the names $2..., with the one from standard input;
# $1 has lines that are known to be of those blocks
prepare_bootsync() {
    block=$(cat)
    known=$1
    shift
    next=$BOOTSYNC.registry-stack
    rm -f "$next" "$next.rest"
    cuts=$(find_blocks "$known
$block" "$@")
    [ -n "$cuts$block" ] || return 0
    if [ -e "$BOOTSYNC" ]; then
        cp -p "$BOOTSYNC" "$next" || :
        measured "$next" "$(size "$BOOTSYNC")"
        seen=$(sha256sum <"$BOOTSYNC")
        gone=$(sed -n "$(echo "$cuts" | tr d p)" "$BOOTSYNC" | wc -c)
        sed "$cuts" "$BOOTSYNC" >"$next.rest" || :
        measured "$next.rest" $(($(size "$BOOTSYNC") - gone))
    else
        seen=
        : >"$next"
        chmod 755 "$next"
        echo '#!/bin/sh' >"$next.rest" || :
        measured "$next.rest" 10
    fi
    above=0
    # a first line that does not end has nothing behind it
    case $(head -n 1 "$next.rest") in '#!'*) above=$(($(head -n 1 "$next.rest" | wc -l))) ;; esac
    {
        head -n "$above" "$next.rest"
        [ -z "$block" ] || printf '%s\n' "$block"
        tail -n "+$((above + 1))" "$next.rest"
    } >"$next" || :
    measured "$next" $(($(size "$next.rest") + (${#block} ? ${#block} + 1 : 0)))
    rm "$next.rest"
}

# moves that into its place; a script of which nothing but its first line is left goes
commit_bootsync() {
    next=$BOOTSYNC.registry-stack
    [ -e "$next" ] || return 0
    if [ -n "$seen" ] && [ "$(sha256sum <"$BOOTSYNC")" != "$seen" ]; then
        rm "$next"
        fail "$BOOTSYNC was changed by somebody else at the same moment; try again"
    fi
    if [ "$(size "$next")" = 10 ] && [ "$(cat "$next")" = '#!/bin/sh' ]; then
        rm -f "$BOOTSYNC" "$next"
    elif cmp -s "$next" "$BOOTSYNC"; then
        rm "$next"
    else
        mv -f "$next" "$BOOTSYNC"
    fi
}
