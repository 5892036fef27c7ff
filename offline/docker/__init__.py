"""The docker plugin: Network, Container and RemoteImage on the Docker SDK's API client."""
