"""The reference networks: their builders, and the registry that knows them by name."""
