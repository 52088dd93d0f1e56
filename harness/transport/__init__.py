"""How bytes and commands reach a board: local, ssh, frames. Knows nothing of what they mean."""
