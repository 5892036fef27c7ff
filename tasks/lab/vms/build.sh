#!/bin/sh
# Usage: build.sh FOLDER
# Makes in FOLDER, which exists, the disks that virtual machines start from: SYSTEM.raw for each SYSTEM below, with vmlinuz
# and initrd for all of them. Needs root, mmdebstrap and mkfs.ext4.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
output=$(cd "$1" && pwd)
base=$output/base
export DEBIAN_FRONTEND=noninteractive

# What every machine has. Debian's own docker.io is what docker-machine finds there.
packages=linux-image-cloud-amd64,initramfs-tools,systemd,systemd-sysv,dbus,udev,kmod,openssh-server,sudo,docker.io
packages=$packages,apparmor,iptables,ca-certificates,curl,iproute2,iputils-ping,procps,netbase,net-tools

packages_of() {
    case $1 in
        networkd) echo systemd-resolved ;;
        netplan) echo netplan.io systemd-resolved cloud-init ;;
        networkmanager) echo network-manager ;;
        ifupdown) echo ifupdown isc-dhcp-client ;;
    esac
}

make_base() {
    mmdebstrap --quiet --variant=minbase --mode=root --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --include="$packages" bookworm "$base"
    # all that has to be loaded before the disk can be read
    printf 'virtio_pci\nvirtio_blk\next4\n' >>"$base/etc/initramfs-tools/modules"
    sed -i 's/^MODULES=.*/MODULES=list/' "$base/etc/initramfs-tools/initramfs.conf"
    chroot "$base" update-initramfs -u
    mv "$base"/boot/vmlinuz-* "$output/vmlinuz"
    mv "$base"/boot/initrd.img-* "$output/initrd"
    chroot "$base" useradd --create-home --shell /bin/bash admin
    echo 'admin ALL=(ALL) NOPASSWD:ALL' >"$base/etc/sudoers.d/admin"
    echo '/dev/vda / ext4 defaults 0 1' >"$base/etc/fstab"
    : >"$base/etc/machine-id"
    rm -f "$base"/etc/ssh/ssh_host_*
    cp "$here/seed.service" "$base/etc/systemd/system/"
    chroot "$base" systemctl --quiet enable ssh seed
    chroot "$base" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        fstrim.timer e2scrub_reap.service systemd-networkd-wait-online.service NetworkManager-wait-online.service
}

# Debian starts a service when its package is installed. In a folder there is no system for it.
make_system() {
    root=$output/$1
    cp -a "$base" "$root"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    # shellcheck disable=SC2046  # one word a package
    chroot "$root" apt-get -qq -y --no-install-recommends -o DPkg::Options::=--force-unsafe-io install $(packages_of "$1")
    chroot "$root" apt-get clean
    rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/lib/apt/lists/*
    # it is on a network of its own, where nobody has packages
    : >"$root/etc/apt/sources.list"
    case $1 in
        networkd | netplan)
            chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved
            ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
            ;;
        *) : >"$root/etc/resolv.conf" ;;
    esac
    # a test lets it run by removing this
    if [ -d "$root/etc/cloud" ]; then touch "$root/etc/cloud/cloud-init.disabled"; fi
    truncate -s 6G "$output/$1.raw"
    mkfs.ext4 -q -d "$root" "$output/$1.raw"
    rm -rf "$root"
}

make_base
cp /etc/resolv.conf "$base/etc/resolv.conf"
chroot "$base" apt-get -qq update
for system in networkd netplan networkmanager ifupdown; do make_system "$system"; done
rm -rf "$base"
