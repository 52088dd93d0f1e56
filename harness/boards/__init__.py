"""The user's boards: inventory, probe and families; starts no work and changes no board."""
