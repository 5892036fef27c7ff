"""What every room needs: errors, waiting, locks, commands, files."""
