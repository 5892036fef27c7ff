"""A local Docker engine, and the images on it."""
