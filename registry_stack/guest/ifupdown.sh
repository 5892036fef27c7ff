# shellcheck shell=sh
# ifupdown: a block in its file for an address, in place of what its files say of that interface, which is commented out
# with MARK before it. Two stanzas would both be used. addresses.py sets what is in capitals; ACTION is one of:
#   install  makes standard input, which is the block, a part of the file
#   read     prints the block, or nothing if another stanza would be used as well
#   remove   takes the block out, and puts back what was commented out

block_of() { sed -n "/^# >>> $BLOCK\$/,/^# <<< $BLOCK\$/p" "$INTERFACES"; }
interface_of() { sed -n 's/^iface \([^ ]*\) inet static$/\1/p'; }

files() {
    echo "$INTERFACES"
    sed -n -e 's/^[[:space:]]*source[[:space:]]\{1,\}//p' \
        -e 's|^[[:space:]]*source-directory[[:space:]]\{1,\}\(.*[^/]\)/*$|\1/*|p' "$INTERFACES" | while read -r pattern; do
        case $pattern in /*) ;; *) pattern=${INTERFACES%/*}/$pattern ;; esac
        for each in $pattern; do [ ! -f "$each" ] || echo "$each"; done
    done
}

# what another stanza of the interface says, in a file without our block
others() {
    sed "/^# >>> $BLOCK\$/,/^# <<< $BLOCK\$/d" "$1" | awk -v interface="$2" -v mark="$3" '
        $1 ~ /^(iface|mapping|auto|allow-[^ ]*|source|source-directory|rename|no-auto-down|no-scripts|template)$/ {
            inside = $1 == "iface" && $2 == interface && $3 == "inet"
        }
        inside && NF && $1 !~ /^#/ { $0 = mark $0; found = 1 }
        { if (mark != "") print }
        END { exit (mark == "" && found) }
    '
}

replace() {
    new=${INTERFACES%/*}/.registry-stack.new
    cp -p "$1" "$new"
    cat >"$new"
    # not every program notices that the disk is full
    [ "$(tail -n 1 "$new")" = "# end" ]
    sed -i '$d' "$new"
    if cmp -s "$1" "$new"; then rm "$new"; else mv "$new" "$1"; fi
}

case $ACTION in
    install)
        stanza=$(cat)
        interface=$(echo "$stanza" | interface_of)
        [ -n "$interface" ]
        files | while read -r file; do
            {
                others "$file" "$interface" "$MARK"
                if [ "$file" = "$INTERFACES" ]; then echo "$stanza"; fi
                echo "# end"
            } | replace "$file"
        done
        ;;
    read)
        interface=$(block_of | interface_of)
        [ -n "$interface" ] || exit 0
        for file in $(files); do others "$file" "$interface" "" || exit 0; done
        block_of
        ;;
    remove)
        files | while read -r file; do
            { sed "/^# >>> $BLOCK\$/,/^# <<< $BLOCK\$/d; s/^$MARK//" "$file"; echo "# end"; } | replace "$file"
        done
        ;;
esac
