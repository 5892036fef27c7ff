#!/bin/sh
# Run by assemble.sh in the root folder of the image.
set -eu

mkdir -p dev etc/docker etc/ssl/certs home/docker mnt proc root run/sshd sys tmp usr/local/bin \
    usr/local/share/ca-certificates var/empty var/lib/boot2docker var/lib/containerd var/lib/docker var/log
chmod 1777 tmp
chmod 0755 usr/lib/machine/* etc/init.d/* usr/bin/sethostname usr/sbin/shutdown usr/sbin/update-ca-certificates
chmod 0440 etc/sudoers
chmod 4755 usr/bin/sudo
ln -s ../run var/run

for applet in $(usr/bin/busybox --list); do
    [ -e "usr/bin/$applet" ] || [ -e "usr/sbin/$applet" ] || ln -s busybox "usr/bin/$applet"
done
for command in reboot poweroff halt; do ln -sf ../sbin/shutdown "usr/bin/$command"; done
ln -s iptables-nft usr/sbin/iptables
ln -s ip6tables-nft usr/sbin/ip6tables

cat usr/share/ca-certificates/mozilla/*.crt >usr/share/ca-certificates/bundle.pem
rm -r usr/share/ca-certificates/mozilla
cp usr/share/ca-certificates/bundle.pem etc/ssl/certs/ca-certificates.crt
