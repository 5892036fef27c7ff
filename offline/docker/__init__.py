"""The docker plugin: Network, Volume, Container and RemoteImage on the Docker SDK's API client."""
