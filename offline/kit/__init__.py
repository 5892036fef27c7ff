"""The part that the tls, command and docker plugins share: the gRPC service, property tables, comparisons."""
