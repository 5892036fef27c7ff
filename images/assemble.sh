#!/bin/sh
# Usage: assemble.sh IMAGES_FOLDER OUTPUT_FOLDER IMAGE...
# Writes OUTPUT_FOLDER/IMAGE/rootfs.tar: the files that IMAGE/keep.txt names, taken from the Debian packages of
# IMAGE/packages.txt, with the shared libraries they load and whatever IMAGE/setup.sh adds. "package:NAME" there stands
# for all files of a package but those that are for reading.
# Needs apt and dpkg-deb, not root: packages are unpacked, never installed.
set -eu
umask 022

images=$(cd "$1" && pwd)
output=$(cd "$2" && pwd)
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

# Lists, cache and status of its own: the host's package lists may be stale or absent, and what the host has
# installed must not be missing from the image.
private_apt() {
    apt-get -qq -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Install-Recommends=false "$@"
}

# Packages have files in /lib and in /usr/lib alike; they are one, as on an installed system.
link_folders() {
    for dir in bin sbin lib lib64; do
        mkdir -p "$1/usr/$dir"
        ln -s "usr/$dir" "$1/$dir"
    done
}

unpack_packages() {
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
    : >"$work/status"
    link_folders "$tree"
    private_apt -o APT::Update::Error-Mode=any update
    private_apt -y --download-only install "$@" >"$work/apt.log" || { cat "$work/apt.log" >&2; return 1; }
    mkdir "$work/files"
    for package in "$work"/cache/archives/*.deb; do
        name=${package##*/}
        dpkg-deb --fsys-tarfile "$package" |
            tar -xpv --keep-directory-symlink -C "$tree" >"$work/files/${name%%_*}"
    done
}

# All of a package but what is only for reading.
copy_package() {
    sed -e 's|^\./||' -e '/^$/d' "$work/files/$1" |
        grep -Ev '^usr/share/(bash-completion|bug|doc|doc-base|fish|info|lintian|locale|man|zsh)/' |
        tar -C "$tree" --no-recursion -cT - | tar -xp --keep-directory-symlink -C "$2"
}

# Asks the loader of the unpacked C library, so that the host's own libraries never get in.
shared_libraries() {
    loader=$(find "$tree/usr" -type f -name 'ld-linux*.so.*')
    folders=$(find "$tree/usr/lib" "$tree/usr/libexec" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
    # Scripts and static programs have none, and the loader says so by failing.
    find "$1" -type f \( -perm -u+x -o -name '*.so' \) -print0 |
        xargs -0 -n 1 -P 4 "$loader" --library-path "$folders" --list >"$work/links" 2>/dev/null || true
    if grep 'not found' "$work/links" >&2; then return 1; fi
    sed -n 's/.* => \(.*\) (0x.*/\1/p' "$work/links" | sort -u
}

copy() {
    (cd "$tree" && cp -a --parents "$1" "$2")
    if [ -L "$tree/$1" ]; then
        target=$(cd "$tree/$(dirname "$1")" && readlink "$(basename "$1")")
        case $target in
            /*) target=${target#/} ;;
            *) target=$(dirname "$1")/$target ;;
        esac
        # Some point to what is made only when a package is installed.
        [ -e "$2/$target" ] || [ ! -e "$tree/$target" ] || copy "$target" "$2"
    fi
}

assemble() {
    root=$work/root-$1
    mkdir -p "$root" "$output/$1"
    link_folders "$root"
    while read -r pattern; do
        case $pattern in package:*) copy_package "${pattern#package:}" "$root"; continue ;; esac
        for path in "$tree"/$pattern; do
            [ -e "$path" ] || [ -L "$path" ] || { echo "$1: no package has $pattern" >&2; return 1; }
            copy "${path#"$tree"/}" "$root"
        done
    done <"$images/$1/keep.txt"
    shared_libraries "$root" >"$work/libraries"
    if [ -s "$work/libraries" ]; then
        for loader in "$tree"/usr/lib*/ld-linux*.so.*; do echo "$loader"; done >>"$work/libraries"
    fi
    while read -r library; do copy "${library#"$tree"/}" "$root"; done <"$work/libraries"
    if [ -d "$images/$1/root" ]; then
        cp -r "$images/$1/root" "$work/own"
        chmod -R u=rwX,go=rX "$work/own"
        cp -a "$work/own/." "$root/"
        rm -r "$work/own"
    fi
    (cd "$root" && sh "$images/$1/setup.sh")
    tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$output/$1/rootfs.tar" .
}

packages=$(for image in "$@"; do cat "$images/$image/packages.txt"; done | sort -u)
# shellcheck disable=SC2086  # one word a package
unpack_packages $packages
for image in "$@"; do assemble "$image"; done
