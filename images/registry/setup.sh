#!/bin/sh
# Run by assemble.sh in the root folder of the image.
set -eu

mkdir -p etc/ssl/certs tmp var/lib/registry
chmod 1777 tmp
chmod 0755 entrypoint.sh
ln -s docker-registry usr/bin/registry
for applet in sh ls cat; do ln -s busybox "usr/bin/$applet"; done
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
rm -r usr/share/ca-certificates
