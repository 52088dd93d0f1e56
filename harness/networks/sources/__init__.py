"""Where a network's numbers come from: a seed, the user's cache, an archive, photos."""
