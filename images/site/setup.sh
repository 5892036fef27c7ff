#!/bin/sh
# Run by assemble.sh in the root folder of the image.
set -eu

mkdir -p usr/share/nginx/html
ln -s busybox usr/bin/httpd
