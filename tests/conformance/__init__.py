"""The official conformance suite and other people's clients, against the server as it is deployed."""
