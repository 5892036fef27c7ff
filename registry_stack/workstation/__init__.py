"""What the program knows of the workstation that it runs on. Nothing of Pulumi here."""
