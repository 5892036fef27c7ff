"""The container machine and the images that stand in for what can't be pulled."""
