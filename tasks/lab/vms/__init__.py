"""Virtual machines with a real systemd, kernel and boot: Debian as people have it, under QEMU."""
