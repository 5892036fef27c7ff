"""What makes certificates fit or unfit, when they end, and their fingerprints."""
