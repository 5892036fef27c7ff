#!/bin/sh
# Run by assemble.sh in the root folder of the image: the folders and links of RHEL's ca-certificates.
set -eu

chmod 0755 usr/lib/host/* usr/bin/systemctl usr/bin/update-ca-trust
mkdir -p etc/pki/ca-trust/source/anchors etc/pki/ca-trust/extracted/pem etc/pki/tls/certs etc/ssl
ln -s ../../ca-trust/extracted/pem/tls-ca-bundle.pem etc/pki/tls/certs/ca-bundle.crt
ln -s ../ca-trust/extracted/pem/tls-ca-bundle.pem etc/pki/tls/cert.pem
ln -s ../pki/tls/certs etc/ssl/certs
ln -s bash usr/bin/sh
