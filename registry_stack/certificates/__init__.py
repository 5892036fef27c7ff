"""What makes certificates fit or unfit, and when they end. Nothing of Pulumi here."""
