"""What is made for docs/: from the settings' models a schema, a table and Pulumi.yaml's config; a recording."""
