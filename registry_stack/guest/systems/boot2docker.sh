# shellcheck shell=sh
# What Boot2Docker's boot does with its certificates; links to files that are gone go as well. boot2docker.py sets what
# is in capitals.

mkdir -p "$LINKS"
for file in "$CERTIFICATES"/*.pem; do
    if [ -e "$file" ]; then ln -sf "$file" "$LINKS/$(basename "$file").crt"; fi
done
for link in "$LINKS"/*; do
    if [ ! -e "$link" ]; then rm -f "$link"; fi
done
if [ -x "$TOOL" ]; then "$TOOL"; else update-ca-certificates; fi
