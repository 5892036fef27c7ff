"""A client's trust in the registry: what is wanted, how the client is, what is to be done."""
