#!/bin/sh
# Run by assemble.sh in the root folder of the image.
set -eu

chmod 0755 etc/init.d/docker usr/lib/host/* usr/sbin/update-ca-certificates
mkdir -p etc/ssl/certs usr/local/share/ca-certificates
ln -s certs/ca-certificates.crt etc/ssl/cert.pem
# Where Debian's openssl has its folders; Alpine's has them in /etc/ssl itself.
mkdir -p usr/lib/ssl
ln -s /etc/ssl/certs usr/lib/ssl/certs
# Scripts of Debian's that OpenRC is not asked for here.
rm etc/init.d/agetty etc/init.d/cgroups etc/init.d/rc etc/init.d/rcS etc/init.d/savecache
