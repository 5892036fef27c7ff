#!/bin/sh
# Run by assemble.sh in the root folder of the image. What the packages' own scripts do when they are installed.
set -eu

chmod 0755 etc/init.d/containerd usr/lib/host/*
ln -s ../usr/lib/os-release etc/os-release
ln -s mawk usr/bin/awk
mkdir -p usr/local/share/ca-certificates var/tmp
chmod 1777 var/tmp
