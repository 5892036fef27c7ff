"""The command plugin: remote Command on paramiko."""
