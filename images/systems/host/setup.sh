#!/bin/sh
# Run by assemble.sh in the root folder of the image.
set -eu

chmod 0755 usr/lib/host/*
