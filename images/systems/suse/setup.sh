#!/bin/sh
# Run by assemble.sh in the root folder of the image: the folders and links of SUSE's ca-certificates.
set -eu

chmod 0755 usr/lib/host/* usr/bin/systemctl usr/sbin/update-ca-certificates
mkdir -p etc/pki/trust/anchors etc/ssl var/lib/ca-certificates/pem
ln -s ../../var/lib/ca-certificates/ca-bundle.pem etc/ssl/ca-bundle.pem
ln -s ../../var/lib/ca-certificates/pem etc/ssl/certs
ln -s bash usr/bin/sh
