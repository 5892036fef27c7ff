"""Writes what is made from the settings' models: a schema, a table, and what Pulumi.yaml says of them."""
